"""What is proposed for a column: one reading, or several that fit every row, between which a person has to choose."""

from __future__ import annotations

from dataclasses import dataclass, fields

from sluice.engine.types import Date, Time, Timestamp
from sluice.engine.types.base import ColumnType


@dataclass(frozen=True)
class Reading:
    """A type that reads the column; `meaning` is what an ambiguous text means then."""

    type: ColumnType
    meaning: str = ""

    @property
    def text(self) -> str:
        """The type as a declaration, with only what differs from the defaults."""
        return written(self.type)


@dataclass(frozen=True)
class Decision:
    """`readings` is one, or those to choose from. `fits` counts the cells that it reads, of those that are not empty
    and not one of the `nulls`; `notes` are the evidence. `exact`: different texts are different values. `unread` is an
    example of a cell that it does not read, where that is not odd by its shape. `seen` names lines, for the screen: in
    a file the proposal must not depend on the order of rows.
    """

    readings: tuple[Reading, ...]
    fits: int
    notes: tuple[str, ...] = ()
    nulls: tuple[str, ...] = ()
    exact: bool = True
    rejects: int = 0
    seen: tuple[str, ...] = ()
    unread: str = ""

    @property
    def type(self) -> ColumnType:
        """The first reading."""
        return self.readings[0].type

    @property
    def open(self) -> bool:
        """Whether a person has to choose."""
        return len(self.readings) > 1


def written(declared: ColumnType) -> str:
    """A type as it is declared in a pipeline's file."""
    name = type(declared).__name__
    if isinstance(declared, Date | Time | Timestamp):
        named = [f"{key}={quoted(value) if isinstance(value, str) else value}" for key, value in declared.named.items()]
        return f"{name}({', '.join([*map(quoted, declared.formats), *named])})"
    parts, skipped = [], False
    for each in fields(declared):  # type: ignore[arg-type]
        value = getattr(declared, each.name)
        if value == each.default and each.name not in ("precision", "scale"):
            skipped = True
            continue
        shown = quoted(value) if isinstance(value, str) else str(value)
        parts.append((each.name, f"{each.name}={shown}" if each.kw_only or skipped or value is True else shown))
    defaults = {each.name: each.default for each in fields(declared)}  # type: ignore[arg-type]
    sizes = [name for name in ("precision", "scale") if name in defaults]
    if all(getattr(declared, name) == defaults[name] for name in sizes):
        parts = [part for part in parts if part[0] not in sizes]
    return f"{name}({', '.join(text for _, text in parts)})"


def quoted(text: str) -> str:
    """A text as Python writes it, in double quotes."""
    shown = "".join(
        c if c.isprintable() or c == " " else c.encode("unicode_escape").decode() for c in text.replace("\\", "\\\\")
    )
    return '"' + shown.replace('"', '\\"') + '"'


def share(part: int, whole: int) -> str:
    """`100 %` only for all of them, `0 %` only for none."""
    if part in (0, whole) or not whole:
        return "100 %" if part else "0 %"
    percent = 100 * part / whole
    return f"{min(max(percent, 0.1), 99.9):.1f} %" if percent < 1 or percent > 99 else f"{percent:.0f} %"
