"""Declarations: the classes that a pipeline file uses.

A declaration is data. It is checked when the pipeline file is imported, so a mistake is reported at start-up, and the
contract's version is a hash of its `repr`.
"""

from sluice.engine.declare.answers import Forecast, Page
from sluice.engine.declare.choose import Choose
from sluice.engine.declare.example import Example
from sluice.engine.declare.flow import Flow, Transform
from sluice.engine.declare.names import LINEAGE
from sluice.engine.declare.own_table import OwnTable
from sluice.engine.declare.pipeline import Pipeline
from sluice.engine.declare.schedules import After, Cron, Daily, Every, Hourly, Schedule, Timed
from sluice.engine.declare.serve import Range, Serve
from sluice.engine.declare.sources.files import Files
from sluice.engine.declare.sources.http_api import HttpApi
from sluice.engine.declare.sources.nested import Nested
from sluice.engine.declare.sources.paging import Cursor, Next, Pages
from sluice.engine.declare.sources.postgres_query import PostgresQuery
from sluice.engine.declare.sources.ready import Marker, Ready, Renamed, Stable
from sluice.engine.declare.sources.rows import Rows
from sluice.engine.declare.sources.source import Remote, Source
from sluice.engine.declare.sources.split import OfType, Record, Split
from sluice.engine.declare.sources.sql_query import SqlQuery
from sluice.engine.declare.tables.children import Children
from sluice.engine.declare.tables.column import Column
from sluice.engine.declare.tables.computed import Computed
from sluice.engine.declare.tables.derived import Derived
from sluice.engine.declare.tables.generated import Generated, Identity
from sluice.engine.declare.tables.preprocessed import Preprocessed
from sluice.engine.declare.tables.table import Table

__all__ = [
    "LINEAGE", "Column", "Computed", "Cursor", "Daily", "Derived", "Example", "Files", "Flow", "Generated", "HttpApi",
    "Identity", "Choose", "Next", "OwnTable", "Page", "Pages", "Pipeline", "PostgresQuery", "Preprocessed", "Range",
    "Remote", "Serve", "Source", "Table", "Forecast", "Transform", "Rows", "SqlQuery", "Marker", "Ready", "Renamed",
    "Stable", "After", "Cron", "Every", "Hourly", "Schedule", "Timed",
    "Children", "Nested", "OfType", "Record", "Split",
]  # fmt: skip
