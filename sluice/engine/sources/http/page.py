"""A page of JSON: the positions of its records in the text, and its fields about the next page.

The records are cut out of the text and not serialised again, so every digit, every escape and every duplicate key is as
the API sent it. The whole page is read before the first record is passed on.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sluice.engine.formats.jsonl.values import InvalidLine, Value, scan_as_written

Path = tuple[str, ...]
_SPACE = re.compile(r"[ \t\n\r]*")
_BREAK = re.compile(r"[\n\r][ \t\n\r]*")  # with its indent; in strings JSON has line breaks escaped
_BLOCK = 1024
# values of "error" that mean no error; numbers are read as their digits
_NO_ERROR: tuple[Value, ...] = (None, False, "", "0", (), [])


class Absent(Enum):
    """The value at a path that a page does not have."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class NoRecords(ValueError):
    """The page does not have an array of records at the path. The message says what it has."""


class PageError(ValueError):
    """The page reports an error. The argument is the key of the error."""


class NotObjects(ValueError):
    """A record is not an object. The argument is its number, from 1."""


class Spans:
    """Where records begin and end in a text: 16 bytes each, as a record may be as short as `{}`."""

    def __init__(self) -> None:
        self._bounds = array("q")

    def __len__(self) -> int:
        return len(self._bounds) // 2

    def append(self, begin: int, end: int) -> None:
        self._bounds.append(begin)
        self._bounds.append(end)

    def pairs(self, first: int, count: int) -> Iterator[tuple[int, int]]:
        """The spans from number `first`, counted from 0, at most `count`."""
        some = self._bounds[2 * first : 2 * (first + count)]
        return zip(some[::2], some[1::2], strict=True)


@dataclass(frozen=True)
class Page:
    """`spans` are the positions of the records in the text; `values` are those at the other declared paths.

    `ends` is whether the text itself shows that it is complete, which JSON lines do not.
    """

    text: str
    spans: Spans
    values: Mapping[Path, Value]
    ends: bool

    def at(self, dotted: str) -> Value | Absent:
        """The value at one of the form's `value_paths`."""
        return self.values.get(keys_of(dotted), ABSENT)

    def lines(self) -> Iterator[bytes]:
        """The records as blocks of JSON lines in UTF-8."""
        broken = "\n" in self.text or "\r" in self.text
        for start in range(0, len(self.spans), _BLOCK):
            records: Iterable[str] = (self.text[begin:end] for begin, end in self.spans.pairs(start, _BLOCK))
            if broken:
                records = (_BREAK.sub(" ", record) for record in records)
            yield ("\n".join(records) + "\n").encode()


def keys_of(dotted: str) -> Path:
    """`data.items` as its keys."""
    return tuple(dotted.split("."))


@dataclass(frozen=True)
class Form:
    """The form of a page: an array at the path `records`; without it the document is an array or JSON lines.

    `value_paths` are the paths of fields about this page and the next one, `errors` are keys of error messages. With
    `null_is_empty`, null at the path of the records is an empty array.
    """

    records: Path | None = None
    value_paths: frozenset[Path] = field(default_factory=frozenset)
    errors: frozenset[str] = frozenset()
    null_is_empty: bool = False


def read_page(text: str, form: Form, *, lines: bool) -> Page:
    """Read a page; `lines`: its content type is JSON lines, also with a single line or none.

    Raises SaysError, NoRecords, NotObjects, and ValueError for text that is not JSON; messages do not quote the text.
    """
    walk = _Walk(text, form)
    ends = form.records is not None or text.startswith(("[", "null"), walk.at)
    try:
        if ends:
            walk.value(())
            walk.end()
        else:
            walk.lines(few=lines)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, column {error.colno}: {error.msg}") from error
    except InvalidLine as error:
        raise ValueError("it holds NaN or Infinity") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if walk.records is None:
        raise NoRecords(f"there is nothing at {'.'.join(walk.requested)!r}")
    return Page(text, walk.records, walk.values, ends)


class _Walk:
    """One pass through a document, which parses only values on the requested paths."""

    def __init__(self, text: str, form: Form) -> None:
        self.requested = form.records or ()
        self.records: Spans | None = None
        self.values: dict[Path, Value] = {}
        self.at = 0
        self._text = text
        self._form = form
        self._errors = {(key,) for key in form.errors}
        paths = (self.requested, *form.value_paths)
        self._prefixes = {path[:depth] for path in paths for depth in range(len(path))}
        self._skip()

    def value(self, path: Path) -> None:
        """Read the value that begins here, and the requested values in it."""
        if path == self.requested:
            self._array()
        elif path in self._prefixes and self._text.startswith("{", self.at):
            self._members(path)
        else:
            value, self.at = scan_as_written(self._text, self.at)
            if path in self._form.value_paths:
                if path in self.values:
                    raise NoRecords(f"there are two of {'.'.join(path)!r}")
                self.values[path] = value
            if path in self._errors and value not in _NO_ERROR:
                raise PageError(path[0])
        self._skip()

    def lines(self, *, few: bool) -> None:
        """Read one object after another. `few`: one or none is allowed; otherwise that is not JSON lines."""
        self.records = Spans()
        while self.at < len(self._text):
            self._record(self.records)
        if len(self.records) < 2 and not few:
            raise NoRecords("the document is a single object") if self.records else _not_json(self._text, self.at)

    def end(self) -> None:
        """Check that nothing follows."""
        if self.at < len(self._text):
            raise json.JSONDecodeError("Extra data", self._text, self.at)

    def _array(self) -> None:
        if self.records is not None:
            raise NoRecords(f"there are two of {'.'.join(self.requested)!r}")
        if not self._text.startswith("[", self.at):
            value, self.at = scan_as_written(self._text, self.at)  # raises for text that is not JSON
            if value is not None or not self._form.null_is_empty:
                raise NoRecords(f"the value at {'.'.join(self.requested) or 'its beginning'!r} is {_kind(value)}")
            self.records = Spans()
            return
        self.records = Spans()
        self._take("[")
        while not self._text.startswith("]", self.at):
            if self.records:
                self._take(",")
            self._record(self.records)
        self._take("]")

    def _record(self, records: Spans) -> None:
        start = self.at
        _, self.at = scan_as_written(self._text, start)
        if not self._text.startswith("{", start):
            raise NotObjects(len(records) + 1)
        records.append(start, self.at)
        self._skip()

    def _members(self, path: Path) -> None:
        self._take("{")
        first = True
        while not self._text.startswith("}", self.at):
            if not first:
                self._take(",")
            first = False
            if not self._text.startswith('"', self.at):
                raise _not_json(self._text, self.at)
            key, self.at = scan_as_written(self._text, self.at)
            self._skip()
            self._take(":")
            self.value((*path, str(key)))
        self._take("}")

    def _take(self, character: str) -> None:
        if not self._text.startswith(character, self.at):
            raise json.JSONDecodeError(f"Expecting {character!r}", self._text, self.at)
        self.at += 1
        self._skip()

    def _skip(self) -> None:
        space = _SPACE.match(self._text, self.at)
        self.at = space.end() if space else self.at


def _kind(value: Value) -> str:
    return "null" if value is None else "not an array"


def _not_json(text: str, at: int) -> json.JSONDecodeError:
    return json.JSONDecodeError("Expecting value", text, at)
