"""Sluice: files, API responses and query results into PostgreSQL through Celery workers, row by row accounted for.

`from sluice import Pipeline, Table, Column, Files, Text, Integer, ...` declares a dataset;
`from sluice import enqueue` puts files on the queue.
"""

from typing import Any

__version__ = "0.1.0"

_DECLARATIONS = {
    "sluice.engine.declare": ("Column", "Daily", "Files", "Generated", "Pipeline", "Table"),
    "sluice.engine.checks": ("at_least", "at_most", "between", "matches", "one_of"),
    "sluice.engine.types": (
        "Boolean", "Date", "Decimal", "Duration", "Integer", "Money", "Phone", "Text", "Timestamp",
    ),
    "tasks.enqueue": ("enqueue",),
}  # fmt: skip
_HOME = {name: module for module, names in _DECLARATIONS.items() for name in names}
__all__ = [*_HOME, "__version__"]


def __getattr__(name: str) -> Any:
    """Load on first use: a script that only enqueues does not wait for pandas."""
    if name not in _HOME:
        raise AttributeError(f"module 'sluice' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOME[name]), name)
