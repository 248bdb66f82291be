-- Whether a part has no fault in its quotes, as plan has seen: then extract need not look at each of them again.

alter table sluice.part add column well_quoted boolean not null default false;
