"""What is legal in a declaration and certainly not meant, or does not work on this machine as it is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sluice.engine.base.settings import settings
from sluice.engine.declare import Pipeline, Table
from sluice.engine.sources.setting import missing_settings
from sluice.engine.storage import is_remote


def suspicious(pipeline: Pipeline) -> Iterator[str]:
    """A sentence for each finding. Raises nothing."""
    for flow in pipeline.flows:
        yield from _headers_by_case(flow.table)
    yield from missing_settings(pipeline.remote)
    inbox = settings().inbox
    if pipeline.schedule is not None and pipeline.files and not is_remote(inbox) and not Path(inbox).is_dir():
        yield f"It has a schedule, and SLUICE_INBOX is {inbox!r}, no folder here: scheduled runs find no files."


def _headers_by_case(table: Table) -> Iterator[str]:
    """Headers are matched without regard to case: both columns are read from the same column of a file."""
    seen: dict[str, str] = {}
    for column in table.columns:
        first = seen.setdefault(column.header_name.strip().casefold(), column.header_name)
        if first != column.header_name:
            yield (
                f"Table {table.name!r}: the headers {first!r} and {column.header_name!r} differ by case only, so both "
                "columns are read from the same column of a file."
            )
