"""What is to be undone, and what stands in the way. It only reads; an undo reads it again under its locks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import home_schema
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Pipeline, Preprocessed
from sluice.engine.ledger.rows import mappings
from sluice.engine.ledger.runs import no_such_run
from sluice.engine.load.target import Target
from sluice.engine.load.undo import Undoing, count_coming_back, count_rows, replacing_runs
from sluice.engine.steps.undo.again import Again, obstacle, read_again
from sluice.engine.steps.undo.found import Found, Group, Obstacle
from sluice.engine.tables.catalog import columns_of
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
    chosen = _chosen(inputs, asked)
    if all(each["state"] == "undone" for each in chosen) and chosen:
        files = {each["input"]: each["uri"] for each in chosen}
        return Found(asked.run, pipeline.name, files, undone_by=max(each["undone_by"] for each in chosen))
    final = [each for each in chosen if each["settled"] is not None and each["state"] != "undone"]
    if not final:
        raise ConfigError(_nothing(asked, chosen))
    finder = _Finder(cursor, pipeline, facts, contract_of)
    for flow in pipeline.flows:
        of_source = [each for each in final if each["source"] == flow.source.name]
        if of_source:
            finder.add(flow, of_source, [each for each in inputs if each["source"] == flow.source.name])
    _refuse_unknown_sources(pipeline, final)
    return finder.found({each["input"]: each["uri"] for each in final})


def _chosen(inputs: Sequence[Row], asked: Asked) -> list[Row]:
    if asked.file is None:
        return list(inputs)
    wanted = asked.file
    named = [each for each in inputs if wanted in (each["uri"], str(each["input"]))]
    named = named or [each for each in inputs if each["uri"] == os.path.abspath(wanted)]
    named = named or [each for each in inputs if each["uri"].endswith(f"/{wanted}")]
    if len(named) == 1:
        return named
    if named:
        raise ConfigError(f"--input {wanted} names {len(named)} inputs of run {asked.run}: give the whole address.")
    some = ", ".join(each["uri"] for each in inputs[:MOST])
    raise ConfigError(f"Run {asked.run} has no input {wanted}; it has {len(inputs)}, such as {some}.")


def _nothing(asked: Asked, chosen: Sequence[Row]) -> str:
    others = sorted({each["same_as_run"] for each in chosen if each["same_as_run"] not in (None, asked.run)})
    if others:
        return (
            f"Run {asked.run} has loaded nothing of it: an earlier run had the same content. "
            f"To undo that: sluice undo {others[-1]}"
        )
    if any(each["state"] in ("loading", "loaded") for each in chosen):
        return f"Run {asked.run} failed before it was settled: `sluice cancel {asked.run}` takes out what it has loaded."
    return f"Run {asked.run} has loaded nothing of it, so there is nothing to undo."


def _refuse_unknown_sources(pipeline: Pipeline, final: Sequence[Row]) -> None:
    known = {flow.source.name for flow in pipeline.flows}
    for each in final:
        if each["source"] not in known:
            raise ConfigError(
                f"The declaration of {pipeline.name} has no source {each['source']!r} any more: declare it as it was "
                "when the run was loaded, then undo the run."
            )


class _Finder:
    """Collects what an undo would do, source by source."""

    def __init__(
        self, cursor: Cursor, pipeline: Pipeline, facts: Row, contract_of: Callable[[str], str]
    ) -> None:
        self._cursor = cursor
        self._pipeline = pipeline
        self._facts = facts
        self._contract_of = contract_of
        self._groups: list[Group] = []
        self._again: list[Again] = []
        self._obstacles: list[Obstacle] = []

    def add(self, flow: Flow, chosen: Sequence[Row], every: Sequence[Row]) -> None:
        """Inputs of one source; `every` are all that the run has of it."""
        siblings = self._siblings(flow, chosen, every)
        undone = [*chosen, *(each for each in every if each["input"] in {other.input for other in siblings})]
        target = self._target(flow, undone)
        inputs = [each["input"] for each in undone]
        params = {"pipeline": self._pipeline.name, "source": flow.source.name, "inputs": inputs}
        self._cursor.execute(query("undone_before"), params | {"run": self._run})
        before, before_runs = self._cursor.fetchone() or ([], [])
        undoing = Undoing(inputs, [self._run], before, before_runs)
        group = Group(
            flow.source.name,
            target,
            undoing,
            min(each["settled"] for each in undone),
            count_rows(self._cursor, target, undoing),
            count_coming_back(self._cursor, target, undoing),
        )
        self._groups.append(group)
        self._obstacles += self._in_the_way(flow, group, undone)
        lost = siblings if target.update else self._losers(group, flow)
        self._load_again(lost)

    def found(self, files: dict[int, str]) -> Found:
        """All of it."""
        settled = min(group.settled for group in self._groups)
        self._cursor.execute(query("built_with"), {"pipeline": self._pipeline.name, "settled": settled})
        (dates,) = self._cursor.fetchone() or ([],)
        asked = self._facts["options"].get("as_of")
        if not dates and asked is not None and self._pipeline.dated:
            dates = [date.fromisoformat(asked)]
        return Found(
            self._run,
            self._pipeline.name,
            files,
            self._groups,
            self._again,
            self._obstacles,
            dates if self._pipeline.dated else [],
            self._is_fitted(),
        )

    @property
    def _run(self) -> int:
        return int(self._facts["run"])

    def _is_fitted(self) -> bool:
        if not any(isinstance(each, Preprocessed) for each in self._pipeline.derived):
            return False
        self._cursor.execute(query("fitted_with"), {"pipeline": self._pipeline.name, "run": self._run})
        return self._cursor.fetchone() == (True,)

    def _siblings(self, flow: Flow, chosen: Sequence[Row], every: Sequence[Row]) -> list[Again]:
        """Other files of the run that are undone, too, and loaded again: in an update each of them may have replaced
        rows of the others, which nothing keeps. If no row of the run was superseded, none has."""
        alone = len(chosen) == len([each for each in every if each["settled"] is not None])
        if flow.table.on_conflict != "update" or alone:
            return []
        if flow.source.snapshot:
            self._obstacles.append(
                Obstacle(
                    f"All files of run {self._run} are one snapshot of {flow.source.name}: undo the whole run, "
                    f"sluice undo {self._run}"
                )
            )
            return []
        if not any(each["duplicate"] for each in every):
            return []
        params = {"run": self._run, "source": flow.source.name, "inputs": [each["input"] for each in chosen]}
        self._cursor.execute(query("siblings"), params)
        return read_again(self._cursor)

    def _target(self, flow: Flow, undone: Sequence[Row]) -> Target:
        """The table as it was declared then. Raises ConfigError where it is another one now, or lacks columns."""
        now, shapes = Target.of(flow.table), [each["shape"] for each in undone if each["shape"]]
        then = list(dict.fromkeys(Target.by_shape(shape) for shape in shapes)) or [now]
        if len(then) > 1:
            raise ConfigError(f"The files of run {self._run} were loaded under several declarations: undo each alone.")
        target = then[0]
        if (target.name, target.key, target.update) != (now.name, now.key, now.update):
            raise ConfigError(
                f"Run {self._run} was loaded when {flow.source.name} had another table, key or on_conflict: declare "
                "these as they were then, then undo the run."
            )
        there = columns_of(self._cursor, now.name)
        if there is None:
            raise ConfigError(f"The table {now.name} is not there any more, so nothing can be undone in it.")
        missing = [name for name in target.columns if name not in there]
        if missing:
            raise ConfigError(
                f"The table {now.name} lacks columns that run {self._run} has loaded ({', '.join(missing)}): "
                "rows that come back have values for them. Add the columns again, then undo the run."
            )
        return target

    def _in_the_way(self, flow: Flow, group: Group, undone: Sequence[Row]) -> Iterator[Obstacle]:
        name, facts = flow.table.name, self._facts
        over = sum(each["over"] for each in undone) + (facts["gone"] if flow.source.snapshot else 0)
        if (over or any(each["replaces"] for each in undone)) and not facts["kept"]:
            yield Obstacle(self._not_kept(over, name), f"the rows of {name} that it had replaced do not come back")
        if flow.source.snapshot:
            params = {"pipeline": self._pipeline.name, "source": flow.source.name, "run": self._run}
            self._cursor.execute(query("later_snapshot"), params)
            (later,) = self._cursor.fetchone() or (None,)
            if later is not None:
                yield Obstacle(f"Run {later} is a later snapshot of {flow.source.name}: undo that first, sluice undo {later}")
        loaded = sum(each["rows"] for each in undone)
        if group.rows < loaded:
            yield self._changed_since(group, name, loaded)

    def _not_kept(self, over: int, table: str) -> str:
        until = self._facts["undo_until"]
        why = "undo_days is 0, or it was loaded before this version" if until is None else f"that ended on {until:%Y-%m-%d}"
        return f"Run {self._run} replaced or removed {over:,} rows of {table}, and they are not kept ({why})."

    def _changed_since(self, group: Group, table: str, loaded: int) -> Obstacle:
        runs = replacing_runs(self._cursor, group.undoing, self._pipeline.name, self._run)
        by = ", ".join(f"{rows:,} by run {run}" for run, rows in runs.items())
        gone = loaded - group.rows
        first = f"Undo these first, the newest one first: sluice undo {max(runs)}" if runs else "What did it is not kept."
        return Obstacle(
            f"Of {loaded:,} rows that run {self._run} has loaded into {table}, {gone:,} were replaced or removed since"
            f"{f' ({by})' if by else ''}. {first}",
            f"{gone:,} rows of {table} stay as they are now, with what run {self._run} has put into columns that later"
            " files lack; the books of later runs still count them as compared with its rows",
        )

    def _losers(self, group: Group, flow: Flow) -> list[Again]:
        if not group.rows:
            return []
        params = {"pipeline": self._pipeline.name, "source": flow.source.name, "table": group.target.name}
        params |= {"schema": home_schema(), "run": self._run, "settled": group.settled}
        self._cursor.execute(query("lost_to"), params | {"inputs": group.undoing.inputs})
        return read_again(self._cursor)

    def _load_again(self, lost: Sequence[Again]) -> None:
        """Note the files; those that cannot be loaded again stand in the way."""
        for each in lost:
            why = obstacle(each, self._pipeline, self._contract_of)
            if why is None:
                self._again.append(each)
            else:
                self._obstacles.append(
                    Obstacle(
                        f"{each.uri} (run {each.run}) has rows that lost their keys to rows of run {self._run}, or may "
                        f"have, and cannot be loaded again: {why}",
                        f"rows of {each.uri} that lost to it do not come into the table",
                    )
                )
