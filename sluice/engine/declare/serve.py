"""What the JSON API serves: a table of the pipeline, or a SELECT, in pages and row by row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import check_identifier, check_table, twice
from sluice.errors import ConfigError

PAGING = ("fields", "limit", "cursor")  # parameters of every page
_ROUTE = re.compile(r"(?:/(?:[A-Za-z0-9._~-]+|\{[a-z_][a-z0-9_]*\}))+/?")
_IN_PATH = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Range(Declaration):
    """A filter by a range of a column's values: the parameter `start` is the least value, `end` the greatest.

    Their default names are `<column>_from` and `<column>_to`. With `end_excluded` values must be less than `end`.
    """

    column: str
    start: str | None = None
    end: str | None = None
    end_excluded: bool = False

    def __post_init__(self) -> None:
        for name in self.names:
            check_identifier("Parameter", name)

    @property
    def names(self) -> tuple[str, str]:
        """The names of both parameters."""
        return self.start or f"{self.column}_from", self.end or f"{self.column}_to"


@dataclass(frozen=True)
class Serve(Declaration):
    """A table of the pipeline (or the view of its newest date) that `sluice serve` offers to programs.

    Without `route` there are two: `GET /tables/<table>` in pages and `GET /tables/<table>/<key>` for one row. A `route`
    with all names of `by` in braces gives one row (`/products/{product_id}`), any other gives pages.

    `by` are the columns that order pages and identify rows: by default those of the table's key; a dict (name ->
    column) gives them other names in the API. Of a table with `as_of` in its key the newest date is served, or that of
    the parameter `as_of`; with `as_of` in `by` all dates are.

    `filters` are columns to filter by value (by default those of `by`), and `Range`s. `fields` are the columns of the
    rows: by default all that are declared. `describe` explains columns, `one_of` lists all values of a column,
    `example` is a row for the OpenAPI document, and `summary`, `doc` and `called` (the name of its schema) describe it.
    `missing` is the code and the detail of the answer when the row does not exist; in it {names} of `by` stand for the
    requested values, {when} for the date.

    `sql` is a SELECT that gives `columns` (name -> PostgreSQL type) instead of the table `table`, which is then only a
    name; `required` columns are never null. Rows that fulfil the SQL condition `leave_out` are not in a page, and are
    counted in its `left_out`.
    """

    table: str
    route: str | None = None
    by: Sequence[str] | Mapping[str, str] = ()
    filters: Sequence[str | Range] | None = None
    fields: Sequence[str] = ()
    describe: Mapping[str, str] = field(default_factory=dict)
    one_of: Mapping[str, Sequence[str]] = field(default_factory=dict)
    example: Mapping[str, object] = field(default_factory=dict)
    sql: str | None = field(default=None, kw_only=True)
    columns: Mapping[str, str] = field(default_factory=dict, kw_only=True)
    required: Sequence[str] = field(default=(), kw_only=True)
    leave_out: str | None = field(default=None, kw_only=True)
    summary: str | None = field(default=None, kw_only=True)
    doc: str | None = field(default=None, kw_only=True)
    called: str | None = field(default=None, kw_only=True)
    missing: tuple[str, str] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        check_table("Served table", self.table)
        mistakes = list(self._mistakes())
        if mistakes:
            raise ConfigError(f"Serve {self.table!r}: {' '.join(mistakes)}")

    @property
    def in_path(self) -> tuple[str, ...]:
        """The names in braces in the route."""
        return tuple(_IN_PATH.findall(self.route or ""))

    @property
    def names(self) -> dict[str, str]:
        """`by` as name in the API -> column."""
        return dict(self.by) if isinstance(self.by, Mapping) else {name: name for name in self.by}

    def _mistakes(self) -> Iterator[str]:
        if self.route is not None and not _ROUTE.fullmatch(self.route):
            yield f"route={self.route!r} must begin with / and have letters, digits, ., _, ~, - or {{names}} between /."
        for name in twice(self.by):
            yield f"by names {name!r} twice."
        for name in twice(self.in_path):
            yield f"route has {{{name}}} twice."
        if (self.sql is None) != (not self.columns):
            yield "sql and columns go together."
        if self.sql is None and self.required:
            yield "required needs sql: a table declares its required columns itself."
        if self.sql is not None and not self.by:
            yield "by must name the columns that identify a row of its sql."
        if self.called is not None and not self.called.isidentifier():
            yield f"called={self.called!r} must be a name such as PriceRow."
