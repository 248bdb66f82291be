"""What reports of pipelines are made with: charts, round numbers, wording, the frame of a page, and rejects.

A pipeline's own report reads its figures in one snapshot by SQL that aggregates in the database, and draws HTML that
needs nothing else: no script, no font, no network. Nothing here knows a dataset.
"""
