"""Which columns identify a row: unique over all rows and never empty, the smallest first.

Where no single column is unique, a second pass looks at pairs and at three columns. A row that is there twice with all
its values does not count against a key: the second one is a duplicate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sluice.engine.propose.decide.reading import Decision
from sluice.engine.propose.decide.repeats import Repeats
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.propose.evidence.gather import Gathered
from sluice.engine.propose.evidence.hashes import Spill
from sluice.engine.propose.layout.described import FileLook
from sluice.engine.types import Date, Integer, Text, Timestamp

_IDENTIFIES = re.compile(
    r"(.*[^a-z])?(id|key|no|nr|num|number|code|uuid|guid|ref|reference|sku|serial|rowid)s?([^a-z].*)?|.*id"
)
_LONG = 40  # characters: longer texts are not what identifies a row
_COLUMNS, _PAIRS, _THREES = 8, 20, 20
_NEVER = 9  # the rank of a column that must stay out of keys


@dataclass(frozen=True)
class Candidate:
    """Columns, and how many rows repeat their values in another one. `copies`: so many rows are whole copies."""

    columns: tuple[str, ...]
    repeats: int = 0
    copies: int = 0

    @property
    def unique(self) -> bool:
        return self.repeats == self.copies


@dataclass(frozen=True)
class Keys:
    """Candidates, the best first; `undecided` are columns for which the disk had no room. `copies` are rows that are
    there before with all their values."""

    candidates: tuple[Candidate, ...]
    undecided: tuple[str, ...] = ()
    copies: int = 0

    @property
    def best(self) -> Candidate | None:
        """The key to propose."""
        return next((each for each in self.candidates if each.unique), None)


def find_keys(files: Sequence[FileLook], found: Gathered, decided: Mapping[str, Decision], spill: Spill) -> Keys:
    """The key candidates of some files."""
    usable = [name for name, each in found.columns.items() if not decided[name].open and each.nearly_full]
    order = {
        name: (*_rank(found.columns[name], decided[name], first=not at), at) for at, name in enumerate(found.columns)
    }
    usable = sorted((name for name in usable if order[name][0] < _NEVER), key=lambda name: order[name])
    single = [name for name in usable if found.columns[name].unique.decide()]
    undecided = tuple(name for name in usable if not found.columns[name].unique.certain)
    if single or found.rows < 2 or not usable:
        return Keys(tuple(Candidate((name,)) for name in single), undecided)
    tried = sorted(usable, key=lambda name: (-min(found.columns[name].distinct.count, 1_000), order[name]))
    candidates, copies = _second_pass(files, tried[:_COLUMNS], found, spill)

    def rank(each: Candidate) -> tuple[object, ...]:
        places = sorted(order[name] for name in each.columns)
        return (False, len(each.columns), places) if each.unique else (True, each.repeats, len(each.columns), places)

    return Keys(tuple(_smallest(sorted(candidates, key=rank))), undecided, copies)


def _smallest(candidates: Sequence[Candidate]) -> Iterator[Candidate]:
    """The candidates without those that have more columns than a unique one among them."""
    unique: list[set[str]] = []
    for each in candidates:
        if not any(smaller < set(each.columns) for smaller in unique):
            yield each
        if each.unique:
            unique.append(set(each.columns))


def _rank(evidence: ColumnEvidence, decision: Decision, *, first: bool) -> tuple[int, bool, float]:
    """How well a column suits as a key, lower is better: its name, its place, its type, and its size."""
    kind = decision.type
    if not decision.exact or not isinstance(kind, Integer | Text | Date | Timestamp):
        return _NEVER, False, 0.0
    if isinstance(kind, Text) and evidence.longest > _LONG:
        return _NEVER, False, 0.0
    size = evidence.bytes / max(evidence.filled, 1)
    if _IDENTIFIES.fullmatch(evidence.name.casefold()):
        return 0, evidence.empty > 0, round(size, 1)
    return (1 if first else {Integer: 2, Text: 3}.get(type(kind), 4)), evidence.empty > 0, round(size, 1)


def _second_pass(
    files: Sequence[FileLook], tried: Sequence[str], found: Gathered, spill: Spill
) -> tuple[list[Candidate], int]:
    """The candidates of one, two and three columns, and how many rows are whole copies."""
    groups: list[tuple[str, ...]] = [(name,) for name in tried]
    groups += list(combinations(tried, 2))[:_PAIRS]
    groups += list(combinations(tried, 3))[:_THREES]
    repeats = Repeats([group for group in groups if _may_be_unique(group, found)], spill)
    repeats.read(files, found)
    copies = repeats.copies
    counted = [Candidate(*each) for each in repeats.counts()]
    # only copies repeat all columns together: that is the key of no table
    every = len(found.columns) if copies and len(found.columns) > 1 else 0
    return [each for each in counted if len(each.columns) != every], copies


def _may_be_unique(group: tuple[str, ...], found: Gathered) -> bool:
    """Whether there are enough combinations; the number of values is an estimate, and copies of rows count twice."""
    product = 1.0
    for name in group:
        product *= found.columns[name].distinct.count
    return product >= 0.2 * found.rows
