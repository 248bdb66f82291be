"""`rejects replay`: corrected rejects are loaded, each at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.addresses import near
from sluice.cli.options import AsOf, RunId, Strict, Timeout, Workers
from sluice.cli.output import Json, count, emit, say, table, things
from sluice.cli.rejects.edits import read_edits
from sluice.cli.rejects.listed import Code, OfColumn, refuse_purged, refuse_unknown_code
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.steps.again.replay.chosen import Chosen, Wanted
    from sluice.engine.steps.again.replay.tried import Reason

MaybeFile = Annotated[
    str | None,
    typer.Argument(
        metavar="[FILE]",
        help="An edited `rejects export`: only its rows are loaded. Without it, all rejects of the run.",
        show_default=False,
    ),
]
Sets = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="COLUMN=VALUE", help="Give this column this value; may be repeated.", show_default=False
    ),
]
Where = Annotated[
    list[str] | None,
    typer.Option(metavar="COLUMN=VALUE", help="Only rows with this value; may be repeated.", show_default=False),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Load nothing: count how many rows would pass now, and why not.")
]


def replay(
    run: RunId,
    file: MaybeFile = None,
    *,
    sets: Sets = None,
    where: Where = None,
    code: Code = None,
    column: OfColumn = None,
    dry_run: DryRun = False,
    as_of: AsOf = None,
    strict: Strict = False,
    workers: Workers = None,
    timeout: Timeout = None,
    as_json: Json = False,
) -> None:
    """Load a run's rejected rows again, under the declaration of now: those of an edited file, or all of them.

    It is a run of the same pipeline, whose books count what becomes of them. A row that is loaded is fixed, and never
    loaded twice: the same command again has nothing to do. One that is refused again stays open.
    """
    from sluice.engine.ledger.runs import read_status
    from sluice.tasks.replay import chosen_rejects
    from sluice.tasks.replay import replay as register

    status = read_status(run)
    refuse_purged(status)
    wanted = _wanted(file, sets or [], where or [], code, column)
    refuse_unknown_code(run, code, column)
    chosen = chosen_rejects(status, wanted)
    _refuse_unknown(file, wanted, chosen)
    if dry_run:
        _dry_run(run, chosen, as_json=as_json)
        return
    queued = register(status, chosen, as_of=None if as_of is None else as_of.date())
    if queued is None:
        facts = {"run": None, "of": run, "left_out": _left_out(chosen)}
        emit(facts, as_json=as_json, human=lambda: _print_nothing(run, chosen))
        return
    _wait_or_tell(queued.id, run, chosen, strict=strict, workers=workers, timeout=timeout, as_json=as_json)


def _wait_or_tell(
    run: int,
    of: int,
    chosen: Sequence[Chosen],
    *,
    strict: bool,
    workers: int | None,
    timeout: float | None,
    as_json: bool,
) -> None:
    from sluice.cli.runs.run import finish, own_workers

    rows = sum(len(each.rows) for each in chosen)
    what = f"run {run} replays {things(rows, 'reject')} of run {of}"
    crew = own_workers(workers)
    if crew.slots:
        if not as_json:
            print("\n".join([what, *_sentences(chosen), ""]), flush=True)
        finish(run, crew, strict=strict, timeout=timeout, as_json=as_json, of=of, left_out=_left_out(chosen))
        return
    facts = {"run": run, "of": of, "rows": rows, "left_out": _left_out(chosen)}
    emit(facts, as_json=as_json, human=lambda: print("\n".join([what, *_sentences(chosen)])))
    say(f"run {run} is registered; workers load it (`sluice worker` starts some)")


def _wanted(file: str | None, sets: list[str], where: list[str], code: str | None, column: str | None) -> Wanted:
    from sluice.engine.steps.again.replay.chosen import Wanted

    if file is not None and (code is not None or column is not None):
        raise ConfigError("FILE has the rows to load: leave out --code and --column, or FILE.")
    if where and not sets:
        say("--where without --set: the rows are loaded as they are")
    edits = None if file is None else read_edits(file)
    return Wanted(code, column, pairs("--set", sets), pairs("--where", where), edits)


def pairs(option: str, given: Sequence[str]) -> dict[str, str]:
    """Values by column, of an option that may be repeated. Raises ConfigError."""
    parted = [each.partition("=") for each in given]
    wrong = [name for name, mark, _ in parted if not mark or not name.strip()]
    if wrong:
        raise ConfigError(f"{option} must be COLUMN=VALUE, not {wrong[0]!r}.")
    named = Counter(name.strip() for name, _, _ in parted)
    twice = [name for name, times in named.items() if times > 1]
    if twice:
        raise ConfigError(f"{option} names the column {twice[0]!r} twice.")
    return {name.strip(): value for name, _, value in parted}


def _refuse_unknown(file: str | None, wanted: Wanted, chosen: Sequence[Chosen]) -> None:
    """Raise ConfigError for a row or a column of FILE that the run does not have."""
    known = {(each.of.input, line) for each in chosen for line in each.lines}
    strange = [place for place in wanted.edits or {} if place not in known]
    if strange:
        raise ConfigError(f"{file}: the run has no reject in input {strange[0][0]}, line {strange[0][1]}.")
    names = {each.of.input: set(each.names) for each in chosen}
    for (number, line), cells in (wanted.edits or {}).items():
        extra = [name for name, cell in cells.items() if cell and name not in names[number]]
        if extra:
            raise ConfigError(f"{file}: input {number}, line {line}: its file has no column {extra[0]!r}.")


def _left_out(chosen: Sequence[Chosen]) -> list[dict[str, Any]]:
    return [
        {"input": each.of.input, "rows": rows, "first_line": each.first.get(why), "why": why}
        for each in chosen
        for why, rows in each.left_out.items()
    ]


def _sentences(chosen: Sequence[Chosen]) -> list[str]:
    lines = []
    for each in chosen:
        for why, rows in each.left_out.most_common():
            at = f":{each.first[why]}" if why in each.first else ""
            lines.append(f"left out: {count(rows)} x {near(each.of.uri)}{at}: {why}")
    return lines


def _print_nothing(run: int, chosen: Sequence[Chosen]) -> None:
    what = "nothing to replay" if any(each.left_out for each in chosen) else f"run {run} has no such rejects"
    print("\n".join([what, *_sentences(chosen)]))


def _dry_run(run: int, chosen: Sequence[Chosen], *, as_json: bool) -> None:
    from sluice.engine.ledger.runs import pipeline_of
    from sluice.engine.steps.again.replay.tried import try_rows
    from sluice.pipelines import declared_of, find

    declared = declared_of(find(pipeline_of(run)))
    tried: Counter[tuple[Reason, Reason | None]] = Counter()
    for each in chosen:
        tried += try_rows(each, declared.contract(each.of.source))
    passing = sum(rows for (_, again), rows in tried.items() if again is None)
    reasons = [
        {"column": was[0], "code": was[1], "rows": rows, "then_column": then and then[0], "then": then and then[1]}
        for (was, then), rows in tried.most_common()
    ]
    facts = {"of": run, "would_pass": passing, "rows": tried.total(), "reasons": reasons, "left_out": _left_out(chosen)}
    emit(facts, as_json=as_json, human=lambda: _print_tried(run, facts, _sentences(chosen)))


def _print_tried(run: int, facts: dict[str, Any], left_out: Sequence[str]) -> None:
    print(f"{count(facts['would_pass'])} of {things(facts['rows'], 'reject')} of run {run} would pass now")
    if facts["reasons"]:
        print()
        table(("column", "code", "rows", "would now be"), map(_tried_row, facts["reasons"]))
    if left_out:
        print("\n" + "\n".join(left_out))
    print("\nKeys are compared with the table only when rows are loaded.")


def _tried_row(each: dict[str, Any]) -> list[object]:
    column = f" in {each['then_column']}" if each["then_column"] else ""
    now = f"refused: {each['then']}{column}" if each["then"] else "loaded"
    return [each["column"], each["code"], each["rows"], now]
