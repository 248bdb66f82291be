"""How files are shown to people: relative to the current folder. Programs get whole addresses."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from sluice.engine.storage.address import printable

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import InputStatus

_STDIN = re.compile(r".*/[0-9a-f]{64}-stdin(?=$|::)", re.DOTALL)


def near(uri: str) -> str:
    """A path relative to the current folder, without control characters; `standard input` for the copy of that."""
    here = str(Path.cwd())
    if _STDIN.match(uri):
        return printable(_STDIN.sub("standard input", uri))
    return printable(uri.removeprefix(here + os.sep))


def typed(word: str) -> str:
    """A word as it is typed in a shell: control characters as escapes, in the quotes of bash and zsh for these."""
    if printable(word) == word:
        return shlex.quote(word)
    plain = word.replace("\\", "\\\\").replace("'", "\\'")
    return "$'" + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in plain) + "'"


def reason(text: str, other_file: str | None) -> str:
    """A reject's reason; another file that it refers to is shown relative to the current folder."""
    return text if other_file is None else text.replace(other_file, near(other_file))


def without_column(column: str | None, text: str) -> str:
    """A reason without the column's name at its beginning, for a table that shows the column already."""
    start = begins_with_column(column, text)
    return text.removeprefix(start)


def begins_with_column(column: str | None, text: str) -> str:
    """The column's name at the beginning of a reason; empty without it."""
    starts = () if column is None else (f"{column}: ", f"{column} ", f"{column!r} ")
    return next((start for start in starts if text.startswith(start)), "")


def failure(each: InputStatus) -> str:
    """Why an input could not be loaded, without its own address, which is printed before it."""
    archive = each.uri.partition("::")[0]
    return str(each.error or each.error_code).removeprefix(f"{archive}: ")


def sentence(text: str) -> str:
    """A sentence that begins with an address, as in `/inbox/a.csv: No such file`, with the address relative to here."""
    address, colon, rest = text.partition(": ")
    return f"{near(address)}{colon}{rest}"
