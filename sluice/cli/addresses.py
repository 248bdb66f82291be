"""How files are named to people: as one would type them from here. Programs get whole addresses."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_STDIN = re.compile(r".*/[0-9a-f]{64}-stdin(?=$|::)", re.DOTALL)
_OTHER_LINE = re.compile(r"(?<= in line )(\d+ of )(.+)(, which (?:comes first|was loaded before)\.)$", re.DOTALL)


def near(uri: str) -> str:
    """A path as one would type it from here; `standard input` for what was copied from there."""
    here = str(Path.cwd())
    if _STDIN.match(uri):
        return _STDIN.sub("standard input", uri)
    return os.path.relpath(uri, here) if uri.startswith(here + os.sep) else uri


def reason(code: str, text: str) -> str:
    """A reject's reason; the other file of a key conflict is shown as one would type it."""
    if code != "key_conflict":  # what looks like an address in any other is a value of the row
        return text
    return _OTHER_LINE.sub(lambda found: f"{found[1]}{near(found[2])}{found[3]}", text)


def beside_column(column: str | None, text: str) -> str:
    """A reason without the column's name at its beginning, for where that is shown already."""
    if column is None:
        return text
    for start in (f"{column}: ", f"{column} ", f"{column!r} "):
        if text.startswith(start):
            return text.removeprefix(start)
    return text


def complaint(each: Mapping[str, Any]) -> str:
    """Why an input (as of `read_status`) could not be loaded, without its own address, which stands before it."""
    archive = each["uri"].partition("::")[0]
    return str(each["error"] or each["error_code"]).removeprefix(f"{archive}: ")


def sentence(text: str) -> str:
    """What begins with an address, as in `/inbox/a.csv: No such file`, with that as one would type it."""
    address, colon, rest = text.partition(": ")
    return f"{near(address)}{colon}{rest}"
