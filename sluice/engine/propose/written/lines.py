"""Lines of Python as ruff formats them, with the evidence as comments."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from sluice.engine.propose.decide.reading import quoted

WIDTH = 120
_ROOM = WIDTH - 12  # what is written here stands up to three levels deep
_DEEPER = 8  # of several flows two levels more

Argument = str | tuple[str, Sequence[str]]
"""An argument of a call, or `name=` and the items of a tuple."""


def indented(lines: Sequence[str], levels: int) -> list[str]:
    """Lines some levels deeper."""
    return [f"{'    ' * levels}{line}" if line else line for line in lines]


def listed(names: Sequence[str]) -> str:
    """Names as a tuple has them."""
    return ", ".join(map(quoted, names)) + "," * (len(names) == 1)


def one_line(text: str) -> str:
    """A text without control characters and line breaks."""
    return "".join(c if c.isprintable() else " " for c in text)


def call(name: str, given: Sequence[Argument], notes: Sequence[str], *, deep: bool) -> list[str]:
    """A call, on one line or with a line for each argument. `deep`: in one of several flows."""
    room = _ROOM - _DEEPER * deep
    line = f"{name}({', '.join(_short(each) for each in given)}),"
    if len(line) <= room:
        return commented(line, notes, deep=deep)
    body = [part for each in given for part in _argument(each, room - 4)]
    return [*comment("; ".join(notes), deep=deep), f"{name}(", *indented(body, 1), "),"]


def commented(line: str, notes: Sequence[str], *, deep: bool = False) -> list[str]:
    """A line with a comment behind it, or above it where there is no room."""
    text = one_line("; ".join(notes))
    if text and len(line) + len(text) + 4 <= _ROOM - _DEEPER * deep:
        return [f"{line}  # {text}"]
    return [*comment(text, deep=deep), line]


def comment(text: str, *, deep: bool) -> list[str]:
    """A comment on lines of its own."""
    room = _ROOM - _DEEPER * deep
    return textwrap.wrap(one_line(text), room, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False)


def _short(argument: Argument) -> str:
    return argument if isinstance(argument, str) else f"{argument[0]}({listed(argument[1])})"


def _argument(argument: Argument, room: int) -> list[str]:
    if isinstance(argument, str) or len(_short(argument)) < room:
        return [f"{_short(argument)},"]
    name, items = argument
    return [f"{name}(", *(f"    {quoted(item)}," for item in items), "),"]
