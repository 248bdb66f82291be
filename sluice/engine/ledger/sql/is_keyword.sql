-- Whether a name cannot be used without quotes, as all statements use the ledger's schema.
select exists (select from pg_get_keywords() where word = %(word)s and catcode in ('R', 'T'))
