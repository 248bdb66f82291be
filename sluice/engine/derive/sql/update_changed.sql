-- Rows that are not what they were, by their place. In the room that each page has for it, no index is written to.
update {table} t set {assignments}, {built_at} = default from {diff} d where t.ctid = d."Place" and not d."Removed"
