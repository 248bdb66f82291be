"""A page of JSON: where its records stand, as they are written, and what it says about the next page.

The records are cut out of the text and not written anew, so every digit, every escape and every second key of a name
arrives as the API sent it. The whole page is read before the first record is given on.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sluice.engine.formats.jsonl.values import Unfit, Value, scan_as_written

Path = tuple[str, ...]
_SPACE = re.compile(r"[ \t\n\r]*")
_BREAK = re.compile(r"[\n\r][ \t\n\r]*")  # with its indent; in strings JSON has line breaks escaped
_BLOCK = 1024
# what APIs say under "error" when there is none; numbers are read as their digits
_NOTHING: tuple[Value, ...] = (None, False, "", "0", (), [])


class Absent(Enum):
    """What stands at a path that a page does not have."""

    ABSENT = "absent"


ABSENT = Absent.ABSENT


class NoRecords(ValueError):
    """There is no array where the records should be. The message says what there is."""


class SaysError(ValueError):
    """The page says that something went wrong. The argument is the key under which it does."""


class NotObjects(ValueError):
    """A record is no object. The argument is its number, from 1."""


@dataclass(frozen=True)
class Page:
    """`spans` are where the records begin and end in the text; `said` is what stands at the paths beside them.

    `ends` tells whether the text itself shows that it is whole: JSON lines do not.
    """

    text: str
    spans: list[tuple[int, int]]
    said: Mapping[Path, Value]
    ends: bool

    def at(self, dotted: str) -> Value | Absent:
        """What stands at one of the paths that the form has beside the records."""
        return self.said.get(keys_of(dotted), ABSENT)

    def lines(self) -> Iterator[bytes]:
        """The records as blocks of JSON lines in UTF-8."""
        broken = "\n" in self.text or "\r" in self.text
        for start in range(0, len(self.spans), _BLOCK):
            records: Iterable[str] = (self.text[begin:end] for begin, end in self.spans[start : start + _BLOCK])
            if broken:
                records = (_BREAK.sub(" ", record) for record in records)
            yield ("\n".join(records) + "\n").encode()


def keys_of(dotted: str) -> Path:
    """`data.items` as its keys."""
    return tuple(dotted.split("."))


@dataclass(frozen=True)
class Form:
    """What a page looks like: an array at the path `records`; without it the document is an array or JSON lines.

    `beside` are the paths of what is said about this page and the next one, `errors` are keys beside the records that
    have nothing to say in a good page. `null_is_empty`: null at the path of the records is an array without any.
    """

    records: Path | None = None
    beside: frozenset[Path] = field(default_factory=frozenset)
    errors: frozenset[str] = frozenset()
    null_is_empty: bool = False


def read_page(text: str, form: Form, *, lines: bool) -> Page:
    """Read a page; `lines`: it is announced as JSON lines, which may be one, or none.

    Raises SaysError, NoRecords, NotObjects, and ValueError for what is not JSON; no message quotes the text.
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
    except Unfit as error:
        raise ValueError("it holds NaN or Infinity") from error
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if walk.records is None:
        raise NoRecords(f"there is nothing at {'.'.join(walk.wanted)!r}")
    return Page(text, walk.records, walk.said, ends)


class _Walk:
    """One way through a document, which looks into no value that is not on the way to what is wanted."""

    def __init__(self, text: str, form: Form) -> None:
        self.wanted = form.records or ()
        self.records: list[tuple[int, int]] | None = None
        self.said: dict[Path, Value] = {}
        self.at = 0
        self._text = text
        self._form = form
        self._errors = {(key,) for key in form.errors}
        paths = (self.wanted, *form.beside)
        self._on_the_way = {path[:depth] for path in paths for depth in range(len(path))}
        self._skip()

    def value(self, path: Path) -> None:
        """Read the value that begins here, and what is wanted of it."""
        if path == self.wanted:
            self._array()
        elif path in self._on_the_way and self._text.startswith("{", self.at):
            self._members(path)
        else:
            found, self.at = scan_as_written(self._text, self.at)
            if path in self._form.beside:
                if path in self.said:
                    raise NoRecords(f"there are two of {'.'.join(path)!r}")
                self.said[path] = found
            if path in self._errors and found not in _NOTHING:
                raise SaysError(path[0])
        self._skip()

    def lines(self, *, few: bool) -> None:
        """One object after another. `few`: it may be one, or none; otherwise that is something else."""
        self.records = []
        while self.at < len(self._text):
            self._record(self.records)
        if len(self.records) < 2 and not few:
            raise NoRecords("the document is a single object") if self.records else _not_json(self._text, self.at)

    def end(self) -> None:
        """Nothing follows."""
        if self.at < len(self._text):
            raise json.JSONDecodeError("Extra data", self._text, self.at)

    def _array(self) -> None:
        if self.records is not None:
            raise NoRecords(f"there are two of {'.'.join(self.wanted)!r}")
        if not self._text.startswith("[", self.at):
            found, self.at = scan_as_written(self._text, self.at)  # what is no JSON at all is told as such
            if found is not None or not self._form.null_is_empty:
                raise NoRecords(f"what stands at {'.'.join(self.wanted) or 'its beginning'!r} is {_kind(found)}")
            self.records = []
            return
        self.records = []
        self._take("[")
        while not self._text.startswith("]", self.at):
            if self.records:
                self._take(",")
            self._record(self.records)
        self._take("]")

    def _record(self, records: list[tuple[int, int]]) -> None:
        start = self.at
        _, self.at = scan_as_written(self._text, start)
        if not self._text.startswith("{", start):
            raise NotObjects(len(records) + 1)
        records.append((start, self.at))
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
        found = _SPACE.match(self._text, self.at)
        self.at = found.end() if found else self.at


def _kind(found: Value) -> str:
    return "null" if found is None else "no array"


def _not_json(text: str, at: int) -> json.JSONDecodeError:
    return json.JSONDecodeError("Expecting value", text, at)
