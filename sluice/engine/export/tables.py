"""Which tables can be exported: those that pipelines load, derive and fill, and the views of dates and versions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluice.engine.declare import Pipeline
from sluice.errors import ConfigError

Key = tuple[str, ...]


def find_table(pipelines: Iterable[Pipeline], name: str) -> Key:
    """The key of a table by its name. Raises ConfigError that lists the tables there are."""
    known = dict(each for pipeline in pipelines for each in _tables(pipeline))
    if name not in known:
        raise ConfigError(f"No pipeline has a table {name!r}. There are: {', '.join(sorted(known))}.")
    return known[name]


def derived_tables(pipeline: Pipeline) -> dict[str, Key]:
    """The derived tables of a pipeline and their keys. Raises ConfigError for a pipeline that has none."""
    tables = {derived.name: tuple(derived.key) for derived in pipeline.derived}
    if not tables:
        loaded = ", ".join(flow.table.name for flow in pipeline.flows)
        raise ConfigError(f"{pipeline.name} derives no table. Export what it loads by name: {loaded}.")
    return tables


def _tables(pipeline: Pipeline) -> Iterator[tuple[str, Key]]:
    for flow in pipeline.flows:
        yield flow.table.name, flow.table.identity
        key = tuple(flow.table.key or ())
        if flow.table.closed_name:
            yield flow.table.closed_name, (*key, flow.table.valid_to)
        yield from zip(flow.table.views, ((*key, flow.table.valid_from), key), strict=False)
    for derived in pipeline.derived:
        for name in derived.relations:
            yield name, tuple(derived.key)
    for own in pipeline.own_tables:
        yield own.name, tuple(own.key)
