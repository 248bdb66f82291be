"""The results of a run's inputs, line by line: refused, nothing to do, notes, rejects by reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from sluice.cli.addresses import begins_with_column, failure, near, reason
from sluice.cli.output import count, things

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import InputStatus, RejectReason, RunStatus

_UNKEPT = "a replay reads it from the file, if that is still there"
_REPLAYED = {
    "fixed": "fixed",
    "refused": "refused again",
    "undone": "undone",
    "cancelled": "cancelled",
    "open": "not settled yet",
}
NAMED = 3  # inputs with the same sentence that are listed by name


def failed(status: RunStatus) -> list[str]:
    """Inputs that could not be loaded, each with its name and why."""
    return [f"{near(each.uri)}: {failure(each)}" for each in status.inputs if each.state == "failed"]


def registration(status: RunStatus) -> list[str]:
    """That more inputs are still to come, or will not come."""
    so_far = things(status.inputs_total, "input")
    if status.registration == "under way":
        return [f"registering: {so_far} so far; the command that was given the others adds them"]
    if status.registration == "interrupted" and status.state == "running":
        what = f"registration interrupted: the command that registered it ended after {so_far}. Type the same command"
        return [f"{what} again: it loads the others. This run ends as failed once workers have loaded those it has"]
    return []


def undoing(status: RunStatus) -> list[str]:
    """That a run was undone, or what it has undone."""
    lines = []
    if status.undone_by is not None:
        lines.append(
            f"undone by run {status.undone_by}: the books are those of then (sluice status {status.undone_by})"
        )
    if status.undoes is not None:
        went, came = (things(status.undoes.get(f"rows_{what}", 0), "row") for what in ("deleted", "restored"))
        lines.append(f"undoes run {status.undoes['run']}: {went} went, {came} came back")
        lines += [f"lost: {each}" for each in status.undoes.get("lost", ())]
    return lines


def untouched(status: RunStatus) -> list[str]:
    """Inputs with nothing to do, and which run loaded them."""
    names = {each.input: each.uri for each in status.inputs}
    ended = [each for each in status.inputs if each.state == "already_loaded"]
    return grouped((each.uri, _by(each, names)) for each in ended if each.same_as_run not in status.continued)


def continued(status: RunStatus) -> list[str]:
    """Inputs that an earlier run has loaded, which had not ended when this one began."""
    return grouped(
        (each.uri, f"loaded by run {each.same_as_run}; its books: sluice status {each.same_as_run}")
        for each in status.inputs
        if each.state == "already_loaded" and each.same_as_run in status.continued
    )


def waiting(status: RunStatus) -> list[str]:
    """Inputs whose content another run is loading."""
    return grouped(
        (each.uri, f"run {each.same_as_run} is loading the same content: sluice status {each.same_as_run}")
        for each in status.inputs
        if each.state == "attached"
    )


def replaced(status: RunStatus) -> list[str]:
    """Inputs whose rows a later run has deleted, to load the file again: the books are those of then."""
    return grouped(
        (each.uri, f"its rows were replaced by those of run {each.replaced_by_run}")
        for each in status.inputs
        if each.replaced_by_run is not None and each.loaded + each.updated
    )


def replays(status: RunStatus) -> list[str]:
    """What became of the run's rejects in other runs; or of the rejects that it loads itself."""
    lines = []
    for run in dict.fromkeys(each.by_run for each in status.replays):
        rows = {each.state: each.rows for each in status.replays if each.by_run == run}
        done = ", ".join(f"{count(rows[state])} {word}" for state, word in _REPLAYED.items() if state in rows)
        if run == status.run:
            where = "table replayed of the ledger (docs: Fix refused rows)"
            lines.append(f"of run {status.replay}: {done}. Their lines there: {where}")
        else:
            lines.append(f"by run {run}: {done}")
    fixed = sum(each.rows for each in status.replays if each.state == "fixed")
    if lines and status.replay is None:
        lines.append(f"rejected {count(status.rejected)}, of which {count(fixed)} are fixed")
    return lines


def dismissals(status: RunStatus) -> list[str]:
    """Rejects that nobody is going to load, with who said so and why."""
    return [
        f"{things(each.rows, 'reject')} by {each.who} on {each.dismissed_at:%Y-%m-%d}: {each.why}"
        for each in status.dismissals
        if each.undone_at is None
    ]


def notes(status: RunStatus) -> list[str]:
    """The notes of inputs that were loaded."""
    return grouped((each.uri, each.note) for each in status.inputs if each.note)


def reasons(status: RunStatus) -> list[str]:
    """Rejects by column and code, most frequent first, each with an example."""
    counted = status.reasons or ()
    wide = max((len(count(each.rows)) for each in counted), default=0)
    lines = [f"{count(each.rows):>{wide}} x {_reason(each)}" for each in counted]
    unkept = sum(each.unkept for each in counted)
    return [*lines, f"the text of {things(unkept, 'row')} was not kept: {_UNKEPT}"] if unkept else lines


def _reason(each: RejectReason) -> str:
    column = f" in {each.column}" if each.column is not None else ""
    return f"{each.code}{column}: {near(each.file)}:{each.line}: {_why(each)}"


def _why(each: RejectReason) -> str:
    """A reject's reason; the column's name is added if the reason does not begin with it."""
    why = reason(each.reason, each.other_file)
    return why if each.column is None or begins_with_column(each.column, why) else f"{each.column}: {why}"


def _by(each: InputStatus, names: Mapping[int, str]) -> str:
    if each.same_as is not None and each.same_as in names:
        return f"the same content as {near(names[each.same_as])}"
    return f"already loaded by run {each.same_as_run}" if each.same_as_run else "already loaded"


def grouped(lines: Iterable[tuple[str, str]]) -> list[str]:
    """`FILE: SENTENCE`, and where many files have the same sentence, one line with their number."""
    by_sentence: dict[str, list[str]] = defaultdict(list)
    for uri, sentence in lines:
        by_sentence[sentence].append(near(uri))
    return [line for sentence, names in by_sentence.items() for line in _lines(sentence, names)]


def _lines(sentence: str, names: list[str]) -> Iterator[str]:
    if len(names) <= NAMED:
        yield from (f"{name}: {sentence}" for name in names)
    else:
        yield f"{things(len(names), 'file')} ({names[0]}, {names[1]}, ...): {sentence}"
