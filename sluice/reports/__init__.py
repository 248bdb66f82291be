"""Reports: what was built, as one page that a person reads, prints or sends on.

A report is read in one snapshot by SQL that aggregates in the database, and drawn as HTML that needs nothing else:
no script, no font, no network. The same tables give the same bytes.
"""
