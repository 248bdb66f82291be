"""The SQL of what a pipeline serves: a page or a row, with conditions for the given parameters and no others."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from psycopg2 import sql

from sluice.engine.declare.serve import Range
from sluice.engine.declare.served import Served
from sluice.engine.declare.tables.computed import AS_OF
from sluice.engine.tables.catalog import table_identifier
from sluice.web.openapi.fields import select_list
from sluice.web.tables.describe import fields_of
from sluice.web.tables.kinds import of_type, spelled, value


def key_types(served: Served) -> dict[str, str]:
    """The columns of a cursor: column -> type. Of a table by date the date comes first: a page has the rows of one."""
    dated = {AS_OF: "date"} if served.dated else {}
    return dated | {column: served.columns[column] for column in served.by.values()}


def page_parts(
    served: Served, given: Collection[str], fields: Collection[str], *, goes_on: bool
) -> Mapping[str, sql.Composable]:
    """What goes into served_page.sql. `given` are the parameters of the request, `fields` the columns to select, and
    `goes_on` says that there is a page before this one."""
    by = tuple(served.by.values())
    conditions = [*_of_date(served, given, goes_on=goes_on), *_of_filters(served, given)]
    if goes_on:
        conditions.append(_after(served, given))
    left_out = _own(f"coalesce(({served.serve.leave_out}), false)" if served.serve.leave_out else "false")
    return {
        "key": _listed(spelled(pg_type, name) for name, pg_type in key_types(served).items()),
        "left_out": left_out,
        "fields": select_list([each for each in fields_of(served) if each.name in fields]),
        "rows": _rows(served),
        "conditions": sql.SQL("\n  and ").join(conditions) if conditions else sql.SQL("true"),
        "by": _listed(sql.Identifier("p", name) for name in by),
    }


def row_parts(served: Served, given: Collection[str]) -> Mapping[str, sql.Composable]:
    """What goes into served_row.sql; the parameters of the key are called as `by` names them."""
    conditions = list(_of_date(served, given, goes_on=False))
    conditions += [_compared(served, column, "=", name) for name, column in served.by.items()]
    return {
        "fields": select_list(fields_of(served)),
        "rows": _rows(served),
        "conditions": sql.SQL(" and ").join(conditions),
    }


def parameters(served: Served) -> Iterator[tuple[str, str, str]]:
    """The filters of pages: (parameter, column, operator)."""
    for each in served.filters:
        if isinstance(each, Range):
            start, end = each.names
            yield start, each.column, ">="
            yield end, each.column, "<" if each.end_excluded else "<="
        else:
            yield each, each, "="


def _of_date(served: Served, given: Collection[str], *, goes_on: bool) -> Iterator[sql.Composable]:
    """The rows of the date that was given, of that of the page before, or of the newest."""
    if not served.dated:
        return
    if AS_OF in given or goes_on:
        yield _compared(served, AS_OF, "=", AS_OF if AS_OF in given else f"after_{AS_OF}")
    else:
        newest = sql.SQL("{} = (select max({}) from {})")
        table = table_identifier(served.serve.table)
        yield newest.format(sql.Identifier("p", AS_OF), sql.Identifier(AS_OF), table)


def _of_filters(served: Served, given: Collection[str]) -> Iterator[sql.Composable]:
    for name, column, operator in parameters(served):
        if name in given:
            yield _compared(served, column, operator, name)
            if operator.startswith(">") and of_type(served.columns[column]).has_nan:  # it sorts behind all numbers
                yield sql.SQL("{} <> 'NaN'").format(sql.Identifier("p", column))


def _compared(served: Served, column: str, operator: str, parameter: str) -> sql.Composable:
    name = sql.Identifier("p", column)
    return sql.SQL("{} " + operator + " {}").format(name, value(served.columns[column], parameter))


def _after(served: Served, given: Collection[str]) -> sql.Composable:
    """The condition that a row comes after the cursor's, in the form that the index of the filter can use.

    PostgreSQL takes (source, transaction_id) > ... for next to no rows, since it looks at the source alone. With
    customer_id = 7 it would read on from there by the key, past everybody else's rows. The given value
    in front says the same, and only the index of that column can begin there.
    """
    by = tuple(served.by.values())
    found_by = _found_by(served, given)
    places = [(name, name) for name in found_by] + [(name, f"after_{name}") for name in by]
    return sql.SQL("({}) > ({})").format(
        _listed(sql.Identifier("p", column) for column, _ in places),
        _listed(value(served.columns[column], parameter) for column, parameter in places),
    )


def _found_by(served: Served, given: Collection[str]) -> Sequence[str]:
    """The columns of the first index whose values are all given, and which continues with the key."""
    by = tuple(served.by.values())
    equal = {column for name, column, operator in parameters(served) if operator == "=" and name in given} - {*by}
    return next((index for index in served.indexes if by == tuple(served.key) and equal.issuperset(index)), ())


def _rows(served: Served) -> sql.Composable:
    if served.serve.sql is None:
        return table_identifier(served.serve.table)
    return sql.SQL("({})").format(_own(f"\n{served.serve.sql.rstrip().rstrip(';')}\n"))


def _own(text: str) -> sql.SQL:
    """SQL of a declaration, which has no parameters: a % in it is one."""
    return sql.SQL(text.replace("%", "%%"))


def _listed(parts: Iterator[sql.Composable]) -> sql.Composable:
    return sql.SQL(", ").join(parts)
