"""Collects what an undo would do, table by table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.session import place
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow, Nested, Pipeline, Preprocessed
from sluice.engine.load.target import Target
from sluice.engine.load.undo import Undoing, count_coming_back, count_rows
from sluice.engine.steps.removal.undo.again import Again, obstacle, read_again
from sluice.engine.steps.removal.undo.found import Found, Group, Obstacle
from sluice.engine.steps.removal.undo.obstacles import in_the_way
from sluice.engine.tables.catalog import columns_of
from sluice.errors import ConfigError

query = statements(__name__)

Row = Mapping[str, Any]


class Finder:
    """Collects what an undo would do, source by source."""

    def __init__(
        self, cursor: Cursor, pipeline: Pipeline, facts: Row, contract_of: Callable[[str], str], *, whole: bool
    ) -> None:
        self._cursor = cursor
        self._pipeline = pipeline
        self._facts = facts
        self._contract_of = contract_of
        self._whole = whole
        self._groups: list[Group] = []
        self._undone: set[int] = set()
        self._again: list[Again] = []
        self._obstacles: list[Obstacle] = []

    def add(self, flow: Flow, chosen: Sequence[Row], every: Sequence[Row]) -> None:
        """Inputs of one source; `every` are all that the run has of it."""
        siblings = self._siblings(flow, chosen, every)
        undone = [*chosen, *(each for each in every if each["input"] in {other.input for other in siblings})]
        target = self._target(flow, undone)
        inputs = [each["input"] for each in undone]
        self._undone |= set(inputs)
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
        self._obstacles += in_the_way(self._cursor, self._facts, flow, group, undone)
        lost = siblings if target.update else self._losers(group, flow)
        self._load_again(lost)

    def lists(self, every: Sequence[dict[str, Any]], chosen: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of inputs with the lists of records those whose records are undone, and chosen ones that have elements alone:
        corrected rejects."""
        alone = {each["input"] for each in chosen if each["of_input"] is None}
        settled = (each for each in every if each["settled"] is not None and each["state"] != "undone")
        return [each for each in settled if each["of_input"] in self._undone or each["input"] in alone]

    def found(self, files: dict[int, str]) -> Found:
        """All of it."""
        settled = min(group.settled for group in self._groups)
        params = {"pipeline": self._pipeline.name, "settled": settled, "inputs": [*self._undone]}
        self._cursor.execute(query("built_with"), params)
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
            whole=self._whole,
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
        if not flow.table.updates or alone or isinstance(flow.source, Nested):
            return []
        if flow.source.snapshot:
            self._obstacles.append(
                Obstacle(
                    f"All files of run {self._run} are one snapshot of {flow.source.name}: undo the whole run, "
                    f"sluice undo {self._run}."
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

    def _losers(self, group: Group, flow: Flow) -> list[Again]:
        # without a key no row loses to another; lists are loaded again with their records
        if not group.rows or not group.target.keyed or isinstance(flow.source, Nested):
            return []
        params = {
            "pipeline": self._pipeline.name,
            "source": flow.source.name,
            **place(group.target.name),
            "run": self._run,
            "whole": self._whole,
            "settled": group.settled,
            "inputs": group.undoing.inputs,
        }
        self._cursor.execute(query("lost_to"), params)
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
