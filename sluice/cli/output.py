"""What is printed where: results on stdout (as text or as one JSON object), everything else on stderr.

Plain columns, so that a pipe gets every character; colour only on a terminal, and not with NO_COLOR.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, TextIO

import typer

from sluice.engine.storage.address import printable, printable_lines

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, for programs.")]
PIPED = 80  # columns of a pipe
_BEYOND_JSON = re.compile("[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")  # what JSON need not escape
_TINTED = re.compile(r"\x1b\[3\d{1,2}m[a-z :]+\x1b\[0m(?= )")  # a word of `tint`, which begins a sentence of Sluice
COLOURS = {"done": "green", "failed": "red", "running": "yellow"}


def emit(facts: Mapping[str, Any], *, as_json: bool, human: Callable[[], None]) -> None:
    """Print a command's result: `facts` as one JSON object, or what `human` prints."""
    if as_json:
        print_object(facts)
    else:
        human()
        sys.stdout.flush()


def print_object(facts: Mapping[str, Any]) -> None:
    """Print the one JSON object of a command on stdout."""
    text = json.dumps(facts, ensure_ascii=False, default=str)
    print(_BEYOND_JSON.sub(lambda each: f"\\u{ord(each[0]):04x}", text), flush=True)


def say(sentence: str) -> None:
    """Print a sentence to stderr while the command works."""
    print(visible(sentence), file=sys.stderr, flush=True)


def visible(sentence: str) -> str:
    """A sentence of Sluice for a terminal: control characters and escape sequences of what it quotes are escaped.

    A coloured word at its beginning stays. Every text that may come from a file goes through this, `item`, `folded`, a
    table, or `printable` itself.
    """
    word = _TINTED.match(sentence)
    start = word[0] if word else ""
    return start + printable_lines(sentence.removeprefix(start))


def fail(kind: str, message: str, *, as_json: bool, **more: Any) -> None:
    """Print an error on stderr, and for programs also on stdout."""
    say(f"{tint('error:', 'red', sys.stderr)} {message}")
    if as_json:
        print_object({**more, "error": {"kind": kind, "message": message}})


def tint(text: str, colour: str | None, stream: TextIO | None = None) -> str:
    """`text` in a colour, if the stream shows colours."""
    stream = stream or sys.stdout
    if colour is None or os.environ.get("NO_COLOR") or not stream.isatty():
        return text
    return typer.style(text, fg=colour)


def count(number: int) -> str:
    """1234567 -> 1,234,567."""
    return f"{number:,}"


def rows(number: int) -> str:
    """1 -> 1 row, 2000 -> 2,000 rows."""
    return f"{count(number)} row{'' if number == 1 else 's'}"


def item(text: str, hang: int = 4) -> None:
    """Print a line of a list: indented, and on a terminal folded between words so that the list stays visible.

    `hang` is by how many columns more its other lines are indented.
    """
    if sys.stdout.isatty():
        _fold(printable_lines(text), "  ", hang if hang < width() // 2 else 4)
    else:
        print(f"  {printable_lines(text)}")


def folded(text: str, indent: str = "") -> None:
    """Print a sentence of Sluice folded between words to the width of the terminal (a pipe has 80 columns)."""
    _fold(visible(text), indent)


def _fold(text: str, indent: str, hang: int = 4) -> None:
    fold = textwrap.TextWrapper(
        width(),
        initial_indent=indent,
        subsequent_indent=indent + " " * hang,
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    print("\n".join(fold.wrap(text)))


def width() -> int:
    """How many columns standard output has."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else PIPED


def things(number: int, one: str) -> str:
    """`1 warning`, `2 warnings`."""
    return f"{count(number)} {one}{'' if number == 1 else 's'}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]], indent: str = "") -> None:
    """Print rows in columns: numbers to the right (whole ones with separators), everything else to the left."""
    print("\n".join(_table_lines(head, [list(row) for row in rows], indent)))


def narrow_table(head: Sequence[str], rows: Iterable[Sequence[object]], spare: Collection[str] = ()) -> None:
    """Print rows in columns where they fit into the terminal.

    Where they do not (in a pipe: into 80 columns), `spare` columns of zeros are left out. Where that is not enough, a
    row is lines of `name value` on a terminal, and one line, however long, in a pipe.
    """
    listed = [list(row) for row in rows]
    room = width()
    kept = [i for i, name in enumerate(head) if name not in spare or any(row[i] for row in listed)]
    short = [head[i] for i in kept], [[row[i] for i in kept] for row in listed]
    for names, cells in ((head, listed), short):
        lines = _table_lines(names, cells, "")
        if max(map(len, lines)) <= room:
            break
    else:
        if sys.stdout.isatty():
            lines = [line for row in short[1] for line in _block(short[0], row, room)]
    print("\n".join(lines))


def _block(head: Sequence[str], row: Sequence[object], room: int) -> Iterator[str]:
    line = ""
    for name, value in zip(head, row, strict=True):
        cell = f"{name} {_cell(value)}"
        if cell == f"{name} ":
            continue
        if line and len(line) + 2 + len(cell) > room:
            yield line
            line = "   "
        line = f"{line}  {cell}" if line else cell
    yield line


def _table_lines(head: Sequence[str], listed: Sequence[Sequence[object]], indent: str) -> list[str]:
    texts = [[_cell(value) for value in row] for row in listed]
    numeric = [any(isinstance(row[i], int | float) for row in listed) for i in range(len(head))]
    widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
    lines = []
    for line in ([*head], *texts):
        cells = (
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        )
        lines.append(f"{indent}{'  '.join(cells)}".rstrip())
    return lines


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.1f}"
    if value is None:
        return ""
    return count(value) if isinstance(value, int) else printable(str(value))
