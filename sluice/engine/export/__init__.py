"""Exports: tables as CSV or Parquet files, streamed from one snapshot; each file appears complete or not at all."""

from sluice.engine.export.form import Form
from sluice.engine.export.noted import export_noted, personal_columns
from sluice.engine.export.run import ExportedFile, ExportRequest, export_tables
from sluice.engine.export.tables import derived_tables, find_table

__all__ = [
    "export_noted",
    "personal_columns",
    "export_tables",
    "ExportRequest",
    "Form",
    "ExportedFile",
    "find_table",
    "derived_tables",
]
