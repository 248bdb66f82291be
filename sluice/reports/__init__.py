"""Parts of reports: charts, round numbers, number formats, the frame of a page, and rejects.

A pipeline's own report reads its figures in one snapshot by SQL that aggregates in the database, and draws
self-contained HTML: no script, no font, no network. Nothing here depends on a dataset.
"""
