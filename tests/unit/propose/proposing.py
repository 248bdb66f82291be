"""Proposing without the command: the text of a file, and what trying it gave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sluice.engine.declare import Pipeline
from sluice.engine.propose import Group, Options, Verified, file_text, propose, verify
from sluice.engine.registry.reading import read
from sluice.errors import ConfigError


class Result(NamedTuple):
    """A proposal for one table: the file's text, what was found, and the trial."""

    text: str
    group: Group
    tried: Verified

    @property
    def types(self) -> Mapping[str, str]:
        """The type of each column that is decided, by its name."""
        return {each.name: each.decision.readings[0].text for each in self.group.columns if not each.decision.open}

    @property
    def notes(self) -> Mapping[str, str]:
        """The evidence of each column."""
        return {each.name: "; ".join(each.decision.notes) for each in self.group.columns}

    @property
    def rejects(self) -> dict[str, int]:
        """How many rows would be rejected, by column and code."""
        return {f"{each.column}: {each.code}": each.count for each in self.tried.rejects.values()}


def proposal(path: str, options: Options | None = None) -> Result:
    """The proposal for a file with one table."""
    (group,) = groups = propose([path], options or Options(), lambda _: None)
    (tried,) = verify(file_text("made", groups, ["made"], resolved=True), groups)
    return Result(file_text("made", groups, ["made"]), group, tried)


def outcome(folder: Path, text: str) -> Pipeline | ConfigError | None:
    """A file read as `sluice run` reads it."""
    path = folder / "made.py"
    path.write_text(text, encoding="utf-8")
    return read(path).outcome


def chosen(text: str, line: str) -> str:
    """The text after a person has chosen the line that contains these words."""
    kept = [each for each in text.split("\n") if not re.match(r"\s*Choose\(", each)]
    return "\n".join(re.sub(r"# (?=Column\()", "", each) if line in each else each for each in kept)
