"""The elements of a list as lines of their own: each with the key of its record, its place, and what it has itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from json.encoder import encode_basestring as quoted
from typing import NamedTuple

from sluice.engine.declare import Nested, Table
from sluice.engine.declare.tables.children import PLACES
from sluice.engine.formats.jsonl.numbered import numbered_line, refused_line
from sluice.engine.formats.jsonl.values import InvalidLine, scan_nested
from sluice.engine.formats.text.documents import written
from sluice.engine.formats.text.header import plain
from sluice.engine.sources.nested.parent import key_columns

VALUE = "value"  # the header of an element that is not an object


class Names(NamedTuple):
    """What each line has besides its element: the headers of the key, as JSON, and of the place."""

    key: list[str]
    position: str
    reserved: frozenset[str]

    @classmethod
    def of(cls, source: Nested, table: Table) -> Names:
        """Those that the table of the elements reads."""
        header = {column.name: column.header_name for column in table.columns}
        key = [header[column.name] for column in key_columns(source)]
        position = header.get(source.position, source.position)
        reserved = frozenset(map(plain, [*key, position, "_line"]))
        return cls([quoted(name) for name in key], quoted(position), reserved)


def lines_of(text: str | None, line: int, key: Sequence[str | None], names: Names, of: str) -> Iterator[str]:
    """The elements of a record's list as JSON lines. What is not a list is one line that is refused."""
    if not text or not text.strip():
        return
    elements = _elements(text)
    first = line * PLACES + 1
    if elements is None:
        yield refused_line(first, of, "not_a_list", f"{of!r} is not a list, so its record has no rows in this table.")
        return
    if len(elements) >= PLACES:
        reason = f"{of!r} has {len(elements):,} elements, the limit is {PLACES - 1:,}."
        yield refused_line(first, of, "too_many_elements", reason)
        return
    head = ", ".join(f"{name}: {_text(cell)}" for name, cell in zip(names.key, key, strict=True))
    for place, element in enumerate(elements):
        own = "".join(f", {quoted(name)}: {written(value) or 'null'}" for name, value in _pairs(element, names))
        yield numbered_line(first + place, f"{head}, {names.position}: {place + 1}{own}")


def _elements(text: str) -> list[object] | None:
    """The elements of a list that is written as JSON; of one object itself; None for anything else."""
    try:
        value, end = scan_nested(text.strip())
        if isinstance(value, str) and type(value) is str:  # a text with JSON, as many APIs and databases give it
            return _elements(value) if value.strip() else []
    except (ValueError, RecursionError, InvalidLine):
        return None
    if end < len(text.strip()):
        return None
    if isinstance(value, tuple):
        return [value]
    return value if isinstance(value, list) else [] if value is None else None


def _pairs(element: object, names: Names) -> Iterator[tuple[str, object]]:
    """The pairs of an element; those of the names that it gets from its record are left out."""
    if element is None:
        return
    pairs = element if isinstance(element, tuple) else ((VALUE, element),)
    yield from (pair for pair in pairs if plain(pair[0]) not in names.reserved)


def _text(cell: str | None) -> str:
    return "null" if cell is None else quoted(cell)
