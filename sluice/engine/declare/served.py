"""A `Serve` with the facts of its table: types, key, and columns that are never null."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sluice.engine.declare.names import LINEAGE, unknown_columns
from sluice.engine.declare.own_table import OwnTable
from sluice.engine.declare.serve import PAGING, Range, Serve
from sluice.engine.declare.tables.computed import AS_OF, Computed
from sluice.engine.declare.tables.derived import BUILT_AT
from sluice.engine.declare.tables.table import Table
from sluice.engine.preprocess.kinds import plain
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.declare.pipeline import Pipeline

Kind = Literal["whole", "exact", "double", "text", "uuid", "flag", "day", "moment"]
_KINDS: dict[str, Kind] = {
    "smallint": "whole",
    "integer": "whole",
    "bigint": "whole",
    "numeric": "exact",
    "decimal": "exact",
    "double precision": "double",
    "real": "double",
    "text": "text",
    "varchar": "text",
    "character varying": "text",
    "uuid": "uuid",
    "boolean": "flag",
    "date": "day",
    "timestamptz": "moment",
    "timestamp with time zone": "moment",
}
_RANGED = ("whole", "exact", "double", "day", "moment")


def kind_of(pg_type: str) -> Kind | None:
    """The kind of values of a type in the API; None if they are output only."""
    name = plain(pg_type)
    return None if name.endswith("]") else _KINDS.get(name.partition("(")[0].strip())


@dataclass(frozen=True)
class Served:
    """A served table: `columns` are all that can be named, `key` identifies a row (of a date).

    `by` is name in the API -> column, `indexes` lists columns by which PostgreSQL finds rows in the order of the key.
    """

    pipeline: Pipeline
    serve: Serve
    columns: Mapping[str, str]
    fields: Sequence[str]
    required: frozenset[str]
    key: Sequence[str]
    by: Mapping[str, str]
    dated: bool = False
    indexes: Sequence[Sequence[str]] = ()
    filled_by: str = ""
    loaded: bool = True

    def is_never_null(self, name: str) -> bool:
        """Whether a column has a value in every row of the API: computed values may be NaN, which is null there."""
        return name in self.required and (self.loaded or kind_of(self.columns[name]) not in ("exact", "double"))

    @property
    def filters(self) -> Sequence[str | Range]:
        """The declared filters; by default one for each column of `by`."""
        return tuple(self.by.values()) if self.serve.filters is None else self.serve.filters

    @property
    def page_route(self) -> str | None:
        """The route of pages, if they are served."""
        if self.serve.route is None:
            return f"/tables/{self.serve.table}"
        return None if self.serve.in_path else self.serve.route

    @property
    def row_route(self) -> str | None:
        """The route of one row, if it is served."""
        if self.serve.route is None:
            return f"/tables/{self.serve.table}/" + "/".join(f"{{{name}}}" for name in self.by)
        return self.serve.route if self.serve.in_path else None

    def mistakes(self) -> Iterator[str]:
        """Mistakes of the declaration."""
        serve = self.serve
        named = [each.column if isinstance(each, Range) else each for each in self.filters]
        of_columns = (*self.by.values(), *named, *serve.fields, *serve.describe, *serve.one_of, *serve.example)
        unknown = [name for name in dict.fromkeys((*of_columns, *serve.required)) if name not in self.columns]
        if unknown:
            yield unknown_columns(unknown, self.columns)
            return
        for name in self.by.values():
            if name not in self.required:
                yield f"by has {name!r}, which may be null: pages would skip its rows."
            if kind_of(self.columns[name]) in (None, "double"):
                yield f"by has {name!r}: pages cannot be ordered by the type {self.columns[name]}."
        if lacking := [name for name in self.key if name not in self.by.values()]:
            yield f"by must have all columns of the key, and lacks {', '.join(lacking)}: pages would skip rows."
        if serve.in_path and set(serve.in_path) != set(self.by):
            yield f"route must have all names of by in braces, and no others: {', '.join(self.by)}."
        for name in serve.one_of:
            if kind_of(self.columns[name]) != "text":
                yield f"one_of has {name!r}, which must be a text column, not {self.columns[name]}."
        yield from self._mistakes_of_filters()

    def _mistakes_of_filters(self) -> Iterator[str]:
        taken = Counter([*PAGING, *([AS_OF] if self.dated else []), *(f"after_{name}" for name in self.by.values())])
        for each in self.filters:
            name, names = (each.column, each.names) if isinstance(each, Range) else (each, (each,))
            kind = kind_of(self.columns[name])
            if kind is None or (isinstance(each, Range) and kind not in _RANGED):
                what = "a Range" if kind else "a filter"
                yield f"{name!r} is {self.columns[name]}, a type that {what} does not support."
            taken.update(names)
        for name, times in taken.items():
            if times > 1:
                yield f"Two parameters have the name {name!r}: give those of a Range other names (start=, end=)."


def served(pipeline: Pipeline, serve: Serve) -> Served:
    """A `Serve` of the pipeline with the facts of its table. Raises ConfigError for mistakes."""
    result = _of_sql(pipeline, serve) if serve.sql is not None else _of_table(pipeline, serve)
    mistakes = list(result.mistakes())
    if mistakes:
        raise ConfigError(f"Serve {serve.table!r}: {' '.join(mistakes)}")
    return result


def _of_sql(pipeline: Pipeline, serve: Serve) -> Served:
    columns = dict(serve.columns)
    return Served(pipeline, serve, columns, serve.fields or tuple(columns), frozenset(serve.required), (), serve.names)


def _of_table(pipeline: Pipeline, serve: Serve) -> Served:
    for flow in pipeline.flows:
        if flow.table.name == serve.table:
            return _of_loaded(pipeline, serve, flow.table)
    for derived in pipeline.derived:
        if serve.table in derived.relations:
            return _of_derived(pipeline, serve, derived)
    for own in pipeline.own_tables:
        if own.name == serve.table:
            return _of_own(pipeline, serve, own)
    names = [flow.table.name for flow in pipeline.flows] + [own.name for own in pipeline.own_tables]
    names += [name for derived in pipeline.derived for name in derived.relations]
    raise ConfigError(
        f"Serve {serve.table!r}: the pipeline has no such table; expected one of: {', '.join(sorted(names))}."
    )


def _of_loaded(pipeline: Pipeline, serve: Serve, table: Table) -> Served:
    columns = {each.name: each.type.pg_type for each in table.columns}
    columns |= {each.name: each.pg_type for each in table.generated}
    required = frozenset({each.name for each in table.columns if each.required} | {*LINEAGE})
    required |= {each.name for each in table.numbered}
    all_columns = columns | dict.fromkeys(LINEAGE, "bigint")
    return Served(
        pipeline,
        serve,
        all_columns,
        serve.fields or tuple(columns),
        required,
        table.identity,
        serve.names or _same(table.identity),
    )


def _of_derived(pipeline: Pipeline, serve: Serve, table: Computed) -> Served:
    dated = table.dated and serve.table == table.name and AS_OF not in serve.names.values()
    key = table.own_key if dated or serve.table != table.name else tuple(table.key)
    all_columns = dict(table.columns) | {BUILT_AT: "timestamptz"}
    return Served(
        pipeline,
        serve,
        all_columns,
        serve.fields or tuple(table.columns),
        frozenset({*table.key, BUILT_AT}),
        key,
        serve.names or _same(key),
        dated,
        () if table.dated else table.indexes,
        loaded=False,
    )


def _of_own(pipeline: Pipeline, serve: Serve, table: OwnTable) -> Served:
    dated = AS_OF in table.key and len(table.key) > 1 and AS_OF not in serve.names.values()
    key = tuple(name for name in table.key if not (dated and name == AS_OF))
    required = frozenset(set(table.columns) - set(table.nullable))
    fields = serve.fields or tuple(table.columns)
    by = serve.names or _same(key)
    return Served(pipeline, serve, table.columns, fields, required, key, by, dated, (), table.filled_by, loaded=False)


def _same(names: Sequence[str]) -> dict[str, str]:
    return {name: name for name in names}
