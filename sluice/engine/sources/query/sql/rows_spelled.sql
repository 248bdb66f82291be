-- Numbers whose text a declared column would misread are rewritten; other values are unchanged.
select {columns} from (
{query}
) as declared ({names})
