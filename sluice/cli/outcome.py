"""What a run did less than asked, line by line: inputs refused or left alone, their notes, rejects by reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sluice.cli.addresses import complaint, near, reason
from sluice.cli.output import count, things

NAMED = 3  # inputs that share a sentence and are named one by one


def failed(status: Mapping[str, Any]) -> list[str]:
    """Inputs that could not be loaded, each with its name and why."""
    return [f"{near(each['uri'])}: {complaint(each)}" for each in status["inputs"] if each["state"] == "failed"]


def untouched(status: Mapping[str, Any]) -> list[str]:
    """Inputs with nothing to do, and who loaded them."""
    names = {each["input"]: each["uri"] for each in status["inputs"]}
    return _grouped((each["uri"], _by(each, names)) for each in status["inputs"] if each["state"] == "already_loaded")


def waiting(status: Mapping[str, Any]) -> list[str]:
    """Inputs whose content another run is loading."""
    return _grouped(
        (each["uri"], f"run {each['same_as_run']} is loading the same content")
        for each in status["inputs"]
        if each["state"] == "attached"
    )


def notes(status: Mapping[str, Any]) -> list[str]:
    """What was noted of inputs that were loaded."""
    return _grouped((each["uri"], each["note"]) for each in status["inputs"] if each["note"])


def reasons(status: Mapping[str, Any]) -> list[str]:
    """Rejects by column and code, most frequent first, each with an example."""
    found = status.get("reasons") or ()
    wide = max((len(count(each["rows"])) for each in found), default=0)
    return [f"{count(each['rows']):>{wide}} x {_reason(each)}" for each in found]


def _reason(each: Mapping[str, Any]) -> str:
    column = f" in {each['column']}" if each["column"] is not None else ""
    return f"{each['code']}{column}: {near(each['file'])}:{each['line']}: {_why(each)}"


def _why(each: Mapping[str, Any]) -> str:
    """A reject's reason, with the column's name before it where it does not begin with that."""
    column, why = each["column"], reason(each["code"], each["reason"])
    return (
        why if column is None or why.startswith((f"{column}: ", f"{column} ", f"{column!r} ")) else f"{column}: {why}"
    )


def _by(each: Mapping[str, Any], names: Mapping[int, str]) -> str:
    if each["same_as"] in names:
        return f"the same content as {near(names[each['same_as']])}"
    return f"already loaded by run {each['same_as_run']}" if each.get("same_as_run") else "already loaded"


def _grouped(told: Iterable[tuple[str, str]]) -> list[str]:
    """`FILE: SENTENCE`, and where many files have the same sentence, one line with their number."""
    by_sentence: dict[str, list[str]] = defaultdict(list)
    for uri, sentence in told:
        by_sentence[sentence].append(near(uri))
    return [line for sentence, names in by_sentence.items() for line in _lines(sentence, names)]


def _lines(sentence: str, names: list[str]) -> Iterator[str]:
    if len(names) <= NAMED:
        yield from (f"{name}: {sentence}" for name in names)
    else:
        yield f"{things(len(names), 'file')} ({names[0]}, {names[1]}, ...): {sentence}"
