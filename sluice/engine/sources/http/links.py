"""The header Link, RFC 8288, parsed by the algorithm of its appendix B.

No library was found that parses all of it: those of httpx and requests split at every ; and compare rel as a whole,
httplink does not support a parameter without a value, and LinkHeader takes the last rel. Where the appendix would stop
at an error, this raises: a missed link would look like the last page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_BLANKS = r"[ \t]*"
_TARGET = re.compile(rf"{_BLANKS}<([^>]*)>{_BLANKS}")
_NAME = re.compile(rf";{_BLANKS}([^=;, \t]*){_BLANKS}(=?){_BLANKS}")
_QUOTED = re.compile(rf'"((?:[^"\\]|\\.)*)"{_BLANKS}', re.DOTALL)
_BARE = re.compile("[^;,]*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_BETWEEN = re.compile(rf"{_BLANKS}(?:,[ \t,]*|$)")


class Link(NamedTuple):
    """A link as written: `target` and `anchor` are not resolved; `relations` are in lower case."""

    target: str
    relations: frozenset[str]
    anchor: str | None


def read_links(fields: Iterable[str]) -> Iterator[Link]:
    """The links of a response, from its Link fields. Raises ValueError for a field that cannot be parsed completely."""
    for field in fields:
        at = _end_of(_BETWEEN.match(field), 0)
        while at < len(field):
            target = _TARGET.match(field, at)
            if target is None:
                raise ValueError(f"no <...> at character {at + 1}")
            parameters: dict[str, str] = {}
            at = _read_parameters(field, target.end(), parameters)
            relations = parameters.get("rel", "").strip("'").lower().split()
            yield Link(target[1].strip(), frozenset(relations), parameters.get("anchor"))
            between = _BETWEEN.match(field, at)
            if between is None:
                raise ValueError(f"neither ; nor , at character {at + 1}")
            at = between.end()


def _read_parameters(field: str, at: int, into: dict[str, str]) -> int:
    """Read the parameters from `at` on into a dict by lower-case name, the first of each name. Returns their end."""
    while (name := _NAME.match(field, at)) is not None:
        at, value = name.end(), ""
        if name[2] and field.startswith('"', at):
            quoted = _QUOTED.match(field, at)
            if quoted is None:
                raise ValueError(f"no closing quote after character {at + 1}")
            at, value = quoted.end(), _ESCAPED.sub(r"\1", quoted[1])
        elif name[2]:
            bare = _BARE.match(field, at)
            at, value = _end_of(bare, at), bare[0].strip() if bare else ""
        into.setdefault(name[1].lower(), value)
    return at


def _end_of(found: re.Match[str] | None, otherwise: int) -> int:
    return otherwise if found is None else found.end()
