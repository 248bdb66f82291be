"""`sample`: files with known rows and known faults, and their content in expected.json."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

from sluice.cli.activation import activated
from sluice.cli.output import Json, count, emit, things
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.samples.customer_ltv.expected import Totals

Pipeline = Annotated[str, typer.Argument(help="call_logs, customer_ltv or unified_sales", show_default=False)]
Rows = Annotated[
    int | None,
    typer.Option(
        help="call_logs: rows of all files together; unified_sales: number of sales, and of transactions.",
        show_default="200000 or 1000",
    ),
]
Files = Annotated[int | None, typer.Option(help="call_logs: number of files.", show_default="4")]
Dirty = Annotated[
    float | None, typer.Option(help="call_logs: share of rows with a fault, from 0 to 0.5.", show_default="0.02")
]
Customers = Annotated[
    int | None,
    typer.Option(
        help="customer_ltv: number of valid customers; each has 5 orders and 6 payments on average.",
        show_default="10000",
    ),
]
Seed = Annotated[int, typer.Option(help="The same seed makes the same files.")]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]

BOOKS: Final = ("read", "loaded", "duplicate", "rejected")


def sample(
    pipeline: Pipeline,
    rows: Rows = None,
    files: Files = None,
    dirty: Dirty = None,
    customers: Customers = None,
    seed: Seed = 1,
    out: Out = Path("sample"),
    as_json: Json = False,
) -> None:
    """Write sample files, and expected.json with the books and rejects that loading them must give."""
    if pipeline not in SAMPLES:
        *others, last = SAMPLES
        raise ConfigError(f"Unknown sample {pipeline!r}; expected {', '.join(others)} or {last}.")
    known = SAMPLES[pipeline]
    given = {"rows": rows, "files": files, "dirty": dirty, "customers": customers}
    size = _size(pipeline, known.size, {name: value for name, value in given.items() if value is not None})
    try:
        made = known.make(out, size | {"seed": seed})
    except ValueError as error:
        raise ConfigError(f"--{error}") from error  # its message begins with the argument, which has the option's name
    except OSError as error:
        raise ConfigError(str(error)) from error
    facts = {"out": str(out), "files": [str(path) for path in made.files], **made.facts}
    books = ", ".join(f"{count(made.facts[name])} {name}" for name in BOOKS)
    them = "it" if len(made.files) == 1 else "them"
    first = f"{things(len(made.files), 'file')} in {out}; loading {them} into an empty table gives: {books}"
    words = "\n".join([first, *made.more, f"next: {activated()}sluice {made.command}"])
    emit(facts, as_json=as_json, human=lambda: print(words))


def _size(pipeline: str, defaults: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The options of this pipeline's sample. Raises ConfigError for options of another one."""
    foreign = [f"--{name}" for name in given if name not in defaults]
    if foreign:
        own = ", ".join(f"--{name}" for name in (*defaults, "seed", "out"))
        raise ConfigError(
            f"{' and '.join(foreign)} {'do' if len(foreign) > 1 else 'does'} not go with {pipeline}, which has {own}."
        )
    return {**defaults, **given}


class Made(NamedTuple):
    """What was written: `facts` begin with the books of `files`; `command` is to be typed next, `more` are lines."""

    files: Sequence[Path]
    facts: Mapping[str, Any]
    command: str
    more: Sequence[str] = ()


def _call_logs(out: Path, size: Mapping[str, Any]) -> Made:
    from sluice.samples.call_logs import make_call_logs

    expected = make_call_logs(out, **size)
    return Made(sorted(out.glob("*.csv")), {name: expected[name] for name in BOOKS}, f"run call_logs {_word(out)}")


def _customer_ltv(out: Path, size: Mapping[str, Any]) -> Made:
    from sluice.samples.customer_ltv import make_customer_ltv

    expected = make_customer_ltv(out, **size)
    now, later = expected["totals"], expected["after_late"]
    late = out / later["files"][0]["name"]
    more = [
        f"as of {expected['as_of']}: {_in_words(now)}",
        f"with {late}, which comes later: {_in_words(later['totals'])}",
    ]
    facts = {name: expected[name] for name in BOOKS} | {
        "as_of": expected["as_of"],
        "orphans": expected["orphans"],
        "totals": now,
        "after_late": {"files": [str(late)], "orphans": later["orphans"], "totals": later["totals"]},
    }
    command = f"run customer_ltv {_word(out)} --as-of {expected['as_of']}"
    return Made([out / books["name"] for books in expected["files"]], facts, command, more)


def _unified_sales(out: Path, size: Mapping[str, Any]) -> Made:
    from sluice.samples.unified_sales import FILES, make_unified_sales

    expected = make_unified_sales(out, **size)
    facts = {name: expected[name] for name in BOOKS} | {"standardized_data": expected["standardized_data"]}
    rows = expected["standardized_data"]["rows"]
    more = [f"standardized_data gets {things(rows, 'row')}; an API and a database are to serve the other sources"]
    return Made([out / name for name in FILES], facts, f"demo unified_sales --rows {size['rows']}", more)


def _word(path: Path) -> str:
    return shlex.quote(str(path))


def _in_words(totals: Totals) -> str:
    customers, orders = things(totals["customers"], "customer"), things(totals["total_orders"], "order")
    return f"{customers}, {totals['total_amount']} paid for {orders}, ltv {totals['ltv']}"


class Sample(NamedTuple):
    """The options of one pipeline's sample with their defaults, and the function that makes it."""

    size: Mapping[str, Any]
    make: Callable[[Path, Mapping[str, Any]], Made]


SAMPLES = {
    "call_logs": Sample({"rows": 200_000, "files": 4, "dirty": 0.02}, _call_logs),
    "customer_ltv": Sample({"customers": 10_000}, _customer_ltv),
    "unified_sales": Sample({"rows": 1_000}, _unified_sales),
}
