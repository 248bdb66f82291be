"""Sluice: files, API responses and query results into PostgreSQL through Celery workers, every row accounted for.

`from sluice import Pipeline, Table, Column, Files, Text, Integer, ...` declares a dataset;
`from sluice import enqueue, runs` puts files on the queue and reads what became of them.
"""

from importlib import import_module

from sluice.version import __version__ as __version__

TYPE_CHECKING = False  # not from typing: before the command has left the current folder, that could be a file there
if TYPE_CHECKING:
    from typing import Any

    from sluice.client import runs
    from sluice.client.enqueue import enqueue, enqueue_async
    from sluice.engine import preprocess
    from sluice.engine.declare import (
        After,
        Children,
        Choose,
        Column,
        Cron,
        Cursor,
        Daily,
        Derived,
        Every,
        Example,
        Files,
        Flow,
        Forecast,
        Generated,
        Hourly,
        HttpApi,
        Identity,
        Marker,
        Next,
        OwnTable,
        Page,
        Pages,
        Pipeline,
        PostgresQuery,
        Preprocessed,
        Range,
        Record,
        Renamed,
        Rows,
        Serve,
        Split,
        SqlQuery,
        Stable,
        Table,
    )  # fmt: skip
    from sluice.engine.declare.tables.checks import at_least, at_most, between, matches, one_of
    from sluice.engine.types import (
        Array,
        Boolean,
        Bytes,
        Date,
        Decimal,
        Duration,
        Float,
        Inet,
        Integer,
        Json,
        Money,
        Phone,
        Text,
        Time,
        Timestamp,
        Uuid,
    )


__all__ = [
    "Pipeline", "Files", "Table", "Column", "Generated", "Identity", "Daily", "Flow", "Derived",
    "Hourly", "Every", "Cron", "After", "Stable", "Marker", "Renamed",
    "HttpApi", "Pages", "Cursor", "Next", "PostgresQuery", "Serve", "Range", "OwnTable", "Page", "Forecast",
    "Example", "Choose", "Rows", "SqlQuery", "Children", "Split", "Record",
    "Boolean", "Date", "Decimal", "Duration", "Float", "Integer", "Money", "Phone", "Text", "Time", "Timestamp",
    "Json", "Uuid", "Bytes", "Inet", "Array",
    "at_least", "at_most", "between", "matches", "one_of",
    "enqueue", "enqueue_async", "runs",
    "Preprocessed", "preprocess",
]  # fmt: skip

# where each name comes from; a name is imported when it is first used
_HOMES = {
    "sluice.engine.declare": (
        "Pipeline", "Files", "Table", "Column", "Generated", "Identity", "Daily", "Flow", "Derived", "Preprocessed",
        "HttpApi", "Pages", "Cursor", "Next", "PostgresQuery", "Serve", "Range", "OwnTable", "Page", "Forecast",
        "Example", "Choose", "Rows", "SqlQuery", "Children", "Split", "Record",
        "Hourly", "Every", "Cron", "After", "Stable", "Marker", "Renamed",
    ),
    "sluice.engine.types": (
        "Array", "Boolean", "Bytes", "Date", "Decimal", "Duration", "Float", "Inet", "Integer", "Json", "Money",
        "Phone", "Text", "Time", "Timestamp", "Uuid",
    ),
    "sluice.engine.declare.tables.checks": ("at_least", "at_most", "between", "matches", "one_of"),
    "sluice.client.enqueue": ("enqueue", "enqueue_async"),
}  # fmt: skip
_MODULES = {"preprocess": "sluice.engine.preprocess", "runs": "sluice.client.runs"}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> "Any":
    """Load on first use: a script that only enqueues does not wait for pandas."""
    if name in _MODULES:
        return import_module(_MODULES[name])
    if name not in _HOME_OF:
        raise AttributeError(f"module 'sluice' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
