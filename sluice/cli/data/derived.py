"""`explain` and `orphans`: derived tables, traced back to files and lines."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sluice.cli.addresses import near
from sluice.cli.options import Built, Pipeline
from sluice.cli.output import Json, count, emit, table
from sluice.engine.storage.address import printable

Key = Annotated[str, typer.Argument(help="Key of the row, e.g. a customer's id, or sales/8.", show_default=False)]
Kind = Annotated[str | None, typer.Option(help="Only those of this kind.", show_default=False)]
Limit = Annotated[int, typer.Option(min=1, help="How many to list.")]
SHOWN = 100


def explain(pipeline: Pipeline, key: Key, as_of: Built = None, as_json: Json = False) -> None:
    """Show the rows, files and lines behind one value of a derived table."""
    from sluice.engine.derive.explain import explain as trace
    from sluice.pipelines import find

    traced = trace(find(pipeline), key, as_of and as_of.date())
    emit(traced, as_json=as_json, human=lambda: _print_trace(traced, key))


def orphans(
    pipeline: Pipeline, as_of: Built = None, kind: Kind = None, limit: Limit = 20, as_json: Json = False
) -> None:
    """List rows without a counterpart, such as payments without an order, with file and line."""
    from sluice.engine.derive.explain import listed
    from sluice.pipelines import find

    result = listed(find(pipeline), as_of and as_of.date(), kind, limit)
    emit(result, as_json=as_json, human=lambda: _print_listed(result))


def _print_trace(result: dict[str, Any], key: str) -> None:
    name = _dated_name(result)
    if result["row"] is None:
        print(f"{name} has no row {key}; what is loaded of it:")
    else:
        print(f"{name}:")
        _print_values(result["row"])
    for table_name, values in result["after"].items():
        print(f"\n{table_name}, what its steps made of it:")
        _print_values(values)
    for title, rows in result["behind"].items():
        print(f"\n{title}: {count(len(rows))}")
        _print_rows(rows[:SHOWN])
        if len(rows) > SHOWN:
            print(f"  ... and {count(len(rows) - SHOWN)} more: --json has them all")


def _print_listed(result: dict[str, Any]) -> None:
    total = sum(result["counts"].values())
    print(f"{_dated_name(result)}: {count(total)} rows")
    for kind, number in sorted(result["counts"].items()):
        print(f"  {kind}: {count(number)}")
    if result["rows"]:
        print(f"\n{count(len(result['rows']))} of {count(total)}:")
        _print_rows(result["rows"])


def _print_values(values: dict[str, Any]) -> None:
    wide = max(map(len, values), default=0)
    for name, value in values.items():
        print(f"  {name:<{wide}}  {'' if value is None else printable(str(value))}")


def _dated_name(result: dict[str, Any]) -> str:
    return f"{result['derived']} as of {result['as_of']}" if result["as_of"] else str(result["derived"])


def _print_rows(rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = [name for name in rows[0] if name not in ("as_of", "line")]
    table(names, ([_cell(row, name) for name in names] for row in rows), indent="  ")


def _cell(row: dict[str, Any], name: str) -> str:
    if name == "file":
        return f"{near(row['file'])}:{row['line']}" if row["file"] else ""
    return "" if row[name] is None else str(row[name])
