"""Hints for a column: a changed declaration, really applied to the texts that were refused.

What the column reads now must be read in the same way: a hint that would change or refuse an accepted text is not
given. So texts of both kinds are needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from sluice.engine.declare import Column
from sluice.engine.hints.hint import Hint
from sluice.engine.hints.types import other_types
from sluice.engine.hints.written import written
from sluice.engine.rows.contract.apply import read_column
from sluice.engine.rows.contract.refusals import Refusals
from sluice.engine.rows.shown import shown
from sluice.engine.types.base import ColumnType, Mask
from sluice.errors import ConfigError

MOST = 3  # readings of the same texts that are shown
_OTHER_MARK = str.maketrans(".,", ",.")
_FIRST = 100  # texts that a declaration is tried on before it is tried on all
_NO_VALUE = {
    "n/a", "na", "#n/a", "#na", "null", "(null)", "none", "nil", "nan", "-", "--", "---", "\u2013", "\u2014", "?", ".",
    "unknown", "\\n", "not available", "n.a.", "k.a.", "#value!", "#ref!", "#div/0!",
}  # fmt: skip


@dataclass(frozen=True)
class _Trial:
    column: Column
    passed: Mask
    values: list[Any]

    @property
    def passes(self) -> int:
        return int(self.passed.sum())


def column_hints(column: Column, refused: Sequence[str], accepted: Sequence[str] = ()) -> list[Hint]:
    """Declarations of the column that accept at least half of the refused texts, and what it accepts now as before.

    Of several that accept equally many, those that give other values are shown, too: only the writer of the file knows
    which of them is meant.
    """
    if column.mask:  # its texts are kept nowhere, and its values are not what was read
        return []
    as_now = _read(column, accepted)
    nulls = sorted({text.strip() for text in refused if text.strip().casefold() in _NO_VALUE})
    hints = _of_types(column, [text for text in refused if text.strip() not in nulls], accepted, as_now)
    if nulls:
        trial = _read(replace(column, nulls=(*column.nulls, *nulls)), refused)
        if trial.passes and _keeps(trial.column, accepted, as_now):
            hints.append(_hint(column, trial, refused, None))
    return hints


def _of_types(column: Column, refused: Sequence[str], accepted: Sequence[str], as_now: _Trial) -> list[Hint]:
    if not refused:
        return []
    trials = [_read(changed, refused) for changed in _candidates(column, refused, keep=bool(accepted))]
    kept = [each for each in trials if 2 * each.passes >= len(refused) and _keeps(each.column, accepted, as_now)]
    best = max((trial.passes for trial in kept), default=0)
    readings = _different([trial for trial in kept if trial.passes == best])
    several = "The texts can be read in several ways: ask who wrote the file." if len(readings) > 1 else None
    return [_hint(column, trial, refused, several) for trial in readings]


def _candidates(column: Column, texts: Sequence[str], *, keep: bool) -> Iterator[Column]:
    """Changed columns that accept something of the first texts."""
    for kind in other_types(column.type, texts, keep=keep):
        if kind == column.type:
            continue
        changed = _retyped(column, kind)
        if changed is None:
            continue
        if column.check is not None and kind.arrow != column.type.arrow and not _check_fits(changed):
            continue
        if 4 * _read(changed, texts[:_FIRST]).passes >= min(len(texts), _FIRST):
            yield changed


def _retyped(column: Column, kind: ColumnType) -> Column | None:
    """The column with another type, and the same default in its notation; None if that has no such value."""
    default = column.default
    spelled = [default, default.translate(_OTHER_MARK)] if isinstance(default, str) else [default]
    for each in spelled:
        try:
            changed = replace(column, type=kind, default=each)
        except ConfigError:
            continue
        old, new = (one.default_value.as_py() if one.default_value is not None else None for one in (column, changed))
        if type(old) is not type(new) or old == new:
            return changed
    return None


def _check_fits(column: Column) -> bool:
    try:
        _read(column, [])
    except (pa.ArrowException, TypeError, ValueError):
        return False
    return True


def _read(column: Column, texts: Sequence[str]) -> _Trial:
    refusals = Refusals(np.arange(len(texts)))
    values = read_column(column, pa.array(texts, pa.string()), refusals)
    passed: Mask = ~refusals.failed
    return _Trial(column, passed, values.filter(pa.array(passed)).to_pylist())


def _keeps(changed: Column, accepted: Sequence[str], as_now: _Trial) -> bool:
    again = _read(changed, accepted)
    return again.passes == as_now.passes and again.values == as_now.values


def _different(trials: Sequence[_Trial]) -> list[_Trial]:
    """Trials that give other values than those before them."""
    found: list[_Trial] = []
    for trial in trials:
        if all(trial.values != each.values or (trial.passed != each.passed).any() for each in found):
            found.append(trial)
        if len(found) == MOST:
            break
    return found


def _hint(column: Column, trial: _Trial, texts: Sequence[str], note: str | None) -> Hint:
    at = int(np.flatnonzero(trial.passed)[0])
    value = trial.values[0]
    example = None if column.private else f"{column.type.show(texts[at])!r} as {shown(trial.column.type.reads(value))}"
    if trial.column.type.pg_type != column.type.pg_type:
        kind = f"The column of the table is then {trial.column.type.pg_type}, not {column.type.pg_type}."
        note = kind if note is None else f"{note} {kind}"
    return Hint(column.name, written(trial.column), trial.passes, len(texts), example, note)
