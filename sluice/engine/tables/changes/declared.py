"""A table of a pipeline as it is declared, of any kind: loaded, derived, or filled by the pipeline's own code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from psycopg2 import sql

from sluice.engine.database.session import home_schema, schema_and_name
from sluice.engine.declare import LINEAGE, Computed, OwnTable, Pipeline, Table
from sluice.engine.declare.tables.closed import with_closed
from sluice.engine.declare.tables.derived import BUILT_AT
from sluice.engine.tables.changes.views import latest_view, version_views
from sluice.errors import ConfigError


@dataclass(frozen=True)
class Declared:
    """`columns` are those with a declared type, `generated` type and expression, `extra` those that Sluice adds.

    `renamed` has earlier names by column. `needed` are columns that are never null. The columns of `index_key` follow
    in each of `indexes`. `others` are columns that other pipelines declare of the same table. `numbered` are columns in
    which PostgreSQL numbers the rows. `views` are its views and the statements that make them: none where the view
    belongs to another table.
    """

    name: str
    kind: Literal["loaded", "derived", "own"]
    columns: Mapping[str, str]
    key: Sequence[str]
    generated: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    extra: Mapping[str, str] = field(default_factory=dict)
    needed: frozenset[str] = frozenset()
    renamed: Mapping[str, Sequence[str]] = field(default_factory=dict)
    indexes: Sequence[Sequence[str]] = ()
    index_key: Sequence[str] = ()
    lookups: Sequence[Sequence[str]] = ()
    rare: Mapping[str, str] = field(default_factory=dict)
    views: Mapping[str, sql.Composed | None] = field(default_factory=dict)
    others: frozenset[str] = frozenset()
    adopt: bool = False
    numbered: Sequence[str] = ()
    partition_by: str | None = None

    @property
    def keyed(self) -> bool:
        """Whether it has a key of its own; else rows are known by input and line."""
        return tuple(self.key[: len(LINEAGE)]) != LINEAGE

    def is_view(self, called: str) -> bool:
        """Whether a view, as PostgreSQL spells its name, is one of its own."""
        schema, _, name = called.replace('"', "").rpartition(".")
        own = [schema_and_name(each) for each in self.views]
        return any(name == view and schema in ("", of) for of, view in own)

    @property
    def wanted(self) -> dict[str, str]:
        """Column name -> what follows it in `add column`, in order."""
        computed = {name: f"{pg} generated always as ({of}) stored" for name, (pg, of) in self.generated.items()}
        numbered = dict.fromkeys(self.numbered, "bigint generated always as identity")
        return {**self.columns, **computed, **numbered, **self.extra}


def declared_tables(pipeline: Pipeline) -> Iterator[Declared]:
    """The tables of a pipeline."""
    for flow in pipeline.flows:
        yield from (loaded(each, of=flow.table) for each in with_closed(flow.table))
    yield from (derived(each) for each in pipeline.derived)
    yield from (own(each) for each in pipeline.own_tables)


def tables_of(pipelines: Iterable[Pipeline]) -> list[Declared]:
    """The tables of several pipelines. One that several declare comes as often, with the columns of the `others`."""
    tables = [each for pipeline in pipelines for each in declared_tables(pipeline)]
    once = [each for number, each in enumerate(tables) if each not in tables[:number]]
    alike = Counter(schema_and_name(each.name) for each in once)
    return [
        each if alike[schema_and_name(each.name)] == 1 else replace(each, others=_columns(each.name, once))
        for each in once
    ]


def names_of(pipeline: Pipeline) -> list[str]:
    """The names of its tables. Raises ConfigError where two are one table, named with the schema and without."""
    names = [each.name for each in declared_tables(pipeline)]
    seen: dict[tuple[str, str], str] = {}
    for name in names:
        other = seen.setdefault(schema_and_name(name), name)
        if other != name:
            raise ConfigError(
                f"Pipeline {pipeline.name!r}: {other!r} and {name!r} are one table, since {home_schema()} is the schema"
                " of SLUICE_SEARCH_PATH: give each a name of its own."
            )
    return names


def _columns(name: str, tables: Sequence[Declared]) -> frozenset[str]:
    return frozenset(
        column for each in tables if schema_and_name(each.name) == schema_and_name(name) for column in each.wanted
    )


def loaded(table: Table, *, of: Table | None = None) -> Declared:
    """A table that files are loaded into, or that of the closed versions `of` one."""
    closed = of is not None and of != table
    required = frozenset(each.name for each in table.columns if each.required)
    return Declared(
        table.name,
        "loaded",
        {each.name: each.type.pg_type for each in table.columns},
        table.identity,
        generated={each.name: (each.pg_type, each.expression) for each in table.expressions},
        extra={**table.moments, **dict.fromkeys(LINEAGE, "bigint")},
        needed=required if closed else required | {*LINEAGE},  # rows that Sluice has not loaded are closed, too
        renamed={each.name: each.renamed_from for each in table.columns if each.renamed_from},
        indexes=table.indexes,
        views=dict.fromkeys(of.views) if of is not None and closed else version_views(table),
        adopt=table.adopt,
        numbered=[each.name for each in table.numbered],
        partition_by=table.partition_by,
    )


def derived(table: Computed) -> Declared:
    """A table that builds compute."""
    extra = {BUILT_AT: "timestamptz"}
    needed = frozenset({*table.key, BUILT_AT})
    return Declared(
        table.name,
        "derived",
        table.columns,
        table.key,
        extra=extra,
        needed=needed,
        indexes=table.indexes,
        index_key=table.key,
        lookups=[table.lookup_index(each) for each in table.lookups],
        rare=table.rare,
        views=latest_view(table),
    )


def own(table: OwnTable) -> Declared:
    """A table that a pipeline's own code fills."""
    return Declared(table.name, "own", table.columns, table.key, needed=frozenset(table.columns) - {*table.nullable})
