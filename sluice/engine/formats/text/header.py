"""The names of a file's columns, matched with the requested columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from sluice.engine.formats.text.rejects import excerpt
from sluice.errors import ConfigError, DataError

LINE = "_line"
_NAMED = 20  # names shown of a header, which may be garbage
_MARK = "\ufeff"


class Headed(Protocol):
    """Anything with column names: the dialect of a file of any format."""

    @property
    def header(self) -> tuple[str, ...]: ...


class Names(NamedTuple):
    """Column names from any source."""

    header: tuple[str, ...]


_NUMBER = re.compile(r"\d(?:[ ()./-]*\d){6,}")


@dataclass(frozen=True)
class HeaderMatch:
    """The position of each requested header, counted from 0 (None: not in the file), and the other headers."""

    positions: dict[str, int | None]
    extra: tuple[str, ...]


def match_header(dialect: Headed, requested: Sequence[str], required: Sequence[str]) -> HeaderMatch:
    """Match without regard to case, surrounding spaces and byte order marks.

    Raises DataError `missing_header` if a required one is missing, and `duplicate_header` if a requested one is there
    twice. Duplicates among other headers are ignored.
    """
    if LINE in requested:
        raise ConfigError(f"A column cannot be read from the header {LINE!r}: the name is reserved for line numbers.")
    present = [plain(name) for name in dialect.header]
    keys = {name: plain(name) for name in (*requested, *required)}
    twice = [name for name in requested if present.count(keys[name]) > 1]
    if twice:
        raise DataError("duplicate_header", f"More than one column is named {_and(twice)}; rename or drop one.")
    missing = [name for name in required if keys[name] not in present]
    if missing:
        raise DataError("missing_header", f"The header lacks {_and(missing)}; it has {_names(dialect.header)}.")
    positions = {name: present.index(keys[name]) if keys[name] in present else None for name in requested}
    used = set(positions.values())
    return HeaderMatch(positions, tuple(name for i, name in enumerate(dialect.header) if i not in used))


def plain(name: str) -> str:
    """A name for comparison: without case, surrounding blanks and byte order marks."""
    return name.strip().strip(_MARK).strip().casefold()


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(repr(excerpt(masked(name))) for name in names[:_NAMED]) + more


def masked(name: str) -> str:
    """A name for messages. That of a file without a header is a value of its first row: of a telephone, card or account
    number only the last two digits are shown."""
    return _NUMBER.sub(lambda found: "*" * (len(found[0]) - 2) + found[0][-2:], name)


def _and(names: Sequence[str]) -> str:
    *others, last = names
    return f"{', '.join(map(repr, others))} and {last!r}" if others else repr(last)
