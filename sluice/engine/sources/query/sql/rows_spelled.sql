-- Numbers whose text is not what a column of numbers reads are written in another way; the rest comes as it is.
select {columns} from (
{query}
) as declared ({names})
