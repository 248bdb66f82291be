"""Single lines of a JSON lines file as text: cut out of a part, read as cells, and written with other values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from sluice.engine.formats.jsonl.dialect import JsonLines
from sluice.engine.formats.jsonl.values import scan_as_written
from sluice.engine.formats.text.documents import Document
from sluice.engine.formats.text.header import plain

_BLANKS = re.compile(r"[ \t\r\n]*")


def read_values(record: str, dialect: JsonLines) -> list[str] | None:
    """The values of a line by the header, as text; null and missing ones are empty. None where it is not an object of
    different keys."""
    try:
        pairs = [*_pairs(record)]
    except (ValueError, RecursionError):
        return None
    found = {plain(key): _shown(record[start:end]) for key, start, end in pairs}
    return [found.get(plain(name), "") for name in dialect.header] if len(found) == len(pairs) else None


def with_values(record: str, values: Mapping[int, str], dialect: JsonLines) -> str:
    """The line with other values at these places of the header, as JSON texts; an empty one is null.

    A line that is not an object of different keys is replaced whole.
    """
    new = {plain(dialect.header[at]): (dialect.header[at], value) for at, value in values.items()}
    old = [*_pairs(record)] if read_values(record, dialect) is not None else []
    written = [
        f"{json.dumps(key)}: {_written(new.pop(plain(key))[1]) if plain(key) in new else record[start:end]}"
        for key, start, end in old
    ]
    written += [f"{json.dumps(name)}: {_written(value)}" for name, value in new.values()]
    return "{" + ", ".join(written) + "}"


def _pairs(record: str) -> Iterator[tuple[str, int, int]]:
    """Each key of an object with the place of its value in the text. Raises ValueError, RecursionError."""
    at = _expect(record, 0, "{")
    if record[at : at + 1] == "}":
        return
    while True:
        if record[at : at + 1] != '"':
            raise ValueError(f"A key is missing at character {at + 1}.")
        key, at = scan_as_written(record, at)
        start = _expect(record, at, ":")
        _, end = scan_as_written(record, start)
        yield str(key), start, end
        at = _skip(record, end)
        if record[at : at + 1] == "}" and not record[at + 1 :].strip():
            return
        at = _expect(record, at, ",")


def _expect(record: str, at: int, mark: str) -> int:
    """The place after this character, and after the blanks that follow. Raises ValueError where it is not there."""
    at = _skip(record, at)
    if record[at : at + 1] != mark:
        raise ValueError(f"{mark} is missing at character {at + 1}.")
    return _skip(record, at + 1)


def _skip(record: str, at: int) -> int:
    found = _BLANKS.match(record, at)
    return found.end() if found else at


def _shown(value: str) -> str:
    if value == "null":
        return ""
    return json.loads(value) if value.startswith('"') else value


def _written(value: str) -> str:
    if isinstance(value, Document):
        return value
    return json.dumps(value, ensure_ascii=False) if value else "null"
