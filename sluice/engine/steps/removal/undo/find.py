"""What is to be undone, and what stands in the way. It only reads; an undo reads it again under its locks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.statements import statements
from sluice.engine.declare import Nested, Pipeline
from sluice.engine.ledger.rows import mappings
from sluice.engine.ledger.runs import no_such_run
from sluice.engine.steps.removal.undo.finder import Finder
from sluice.engine.steps.removal.undo.found import Found
from sluice.errors import ConfigError

query = statements(__name__)

Row = dict[str, Any]
MOST = 3


@dataclass(frozen=True)
class Asked:
    """What a user wants to undo: a run, or one file of it."""

    run: int
    file: str | None = None


def run_facts(cursor: Cursor, run: int) -> Row:
    """What the ledger knows of a run that is to be undone. Raises ConfigError for one that cannot be."""
    cursor.execute(query("run_to_undo"), {"run": run})
    rows = mappings(cursor)
    if not rows:
        raise ConfigError(no_such_run(run))
    facts = rows[0]
    if "undo" in facts["options"]:
        undone = facts["options"]["undo"]["run"]
        raise ConfigError(f"Run {run} is itself an undo, of run {undone}. To have its rows again, run its files again.")
    if facts["state"] == "running":
        raise ConfigError(f"Run {run} has not ended: `sluice cancel {run}` stops it, and takes out what it has loaded.")
    return facts


def find_undo(cursor: Cursor, pipeline: Pipeline, asked: Asked, contract_of: Callable[[str], str]) -> Found:
    """What an undo would do. Raises ConfigError where there is nothing to undo, or where it cannot be found."""
    facts = run_facts(cursor, asked.run)
    cursor.execute(query("inputs_to_undo"), {"run": asked.run})
    inputs = mappings(cursor)
    chosen = _with_lists(inputs, _chosen(inputs, asked))
    if all(each["state"] == "undone" for each in chosen) and chosen:
        files = {each["input"]: each["uri"] for each in chosen}
        return Found(asked.run, pipeline.name, files, undone_by=max(each["undone_by"] for each in chosen))
    final = [each for each in chosen if each["settled"] is not None and each["state"] != "undone"]
    if not final:
        raise ConfigError(_nothing(asked, chosen))
    finder = Finder(cursor, pipeline, facts, contract_of, whole=asked.file is None)
    for flow in pipeline.flows:
        every = [each for each in inputs if each["source"] == flow.source.name]
        of_source = [each for each in final if each["source"] == flow.source.name]
        if isinstance(flow.source, Nested):
            of_source = finder.lists(every, of_source)
        if of_source:
            finder.add(flow, of_source, every)
    _refuse_unknown_sources(pipeline, final)
    return finder.found({each["input"]: each["uri"] for each in final})


def _chosen(inputs: Sequence[Row], asked: Asked) -> list[Row]:
    if asked.file is None:
        return list(inputs)
    wanted = asked.file
    named = [each for each in inputs if wanted in (each["uri"], str(each["input"]))]
    named = named or [each for each in inputs if each["uri"] == str(Path(wanted).absolute())]
    named = named or [each for each in inputs if each["uri"].endswith((f"/{wanted}", f"::{wanted}"))]
    if len({each["uri"] for each in named}) == 1:  # of several types of records each is an input
        return named
    if named:
        raise ConfigError(f"--input {wanted} names {len(named)} inputs of run {asked.run}: give the whole address.")
    some = ", ".join(each["uri"] for each in inputs[:MOST])
    raise ConfigError(f"Run {asked.run} has no input {wanted}; it has {len(inputs)}, such as {some}.")


def _with_lists(inputs: Sequence[Row], chosen: list[Row]) -> list[Row]:
    """The inputs with the lists of their records. Raises ConfigError for lists without their records."""
    numbers, uris = {each["input"] for each in chosen}, {each["input"]: each["uri"] for each in inputs}
    for each in chosen:
        if each["of_input"] in uris and each["of_input"] not in numbers:
            raise ConfigError(
                f"{each['uri']} has lists of the records of {uris[each['of_input']]}, and goes with these: "
                f"sluice undo {each['run']} --input {uris[each['of_input']]}"
            )
    for each in inputs:  # lists come after their records
        if each["of_input"] in numbers and each["input"] not in numbers:
            numbers.add(each["input"])
            chosen = [*chosen, each]
    return chosen


def _nothing(asked: Asked, chosen: Sequence[Row]) -> str:
    others = sorted({each["same_as_run"] for each in chosen if each["same_as_run"] not in (None, asked.run)})
    if others:
        return (
            f"Run {asked.run} has loaded nothing of it: an earlier run had the same content. "
            f"To undo that: sluice undo {others[-1]}"
        )
    if any(each["state"] in ("loading", "loaded") for each in chosen):
        return (
            f"Run {asked.run} failed before it was settled: `sluice cancel {asked.run}` takes out what it has loaded."
        )
    return f"Run {asked.run} has loaded nothing of it, so there is nothing to undo."


def _refuse_unknown_sources(pipeline: Pipeline, final: Sequence[Row]) -> None:
    known = {flow.source.name for flow in pipeline.flows}
    for each in final:
        if each["source"] not in known:
            raise ConfigError(
                f"The declaration of {pipeline.name} has no source {each['source']!r} any more: declare it as it was "
                "when the run was loaded, then undo the run."
            )
