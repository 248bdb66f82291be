-- Changed rows, by their ctid. In the free space of their page, so that no index is written to.
update {table} t set {assignments}, {built_at} = default from {diff} d where t.ctid = d."Place" and not d."Removed"
