-- The rows of the declared query, as CSV: null is an empty cell, an empty text a quoted one.
copy (
{query}
) to stdout with (format csv, header true, encoding 'UTF8')
