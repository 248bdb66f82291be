"""Values as JSON, with the digits that their numbers had."""

from __future__ import annotations

import json
import re

HALF = re.compile("[\ud800-\udfff]")
"""Half of a surrogate pair."""


class Number(str):
    """A number of JSON as it is written, where texts must stay apart from numbers."""

    __slots__ = ()


class Document(str):
    """A text that is JSON, and is not to be quoted in JSON."""

    __slots__ = ()


def as_document(text: str) -> str:
    """A text for a column that takes JSON: what is not JSON stays a text."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return Document(text)


def written(value: object) -> str | None:
    """A value as JSON: an object is a tuple of pairs, an array a list, a number a Number. None for null.

    Without recursion: a line may be nested as deep as Python's own decoder reads.
    """
    pieces: list[str] = []
    left: list[tuple[object, bool]] = [(value, False)]  # what is to be written next is last; whether it is JSON already
    while left:
        each, is_json = left.pop()
        if is_json or isinstance(each, Number):
            pieces.append(str(each))
        elif isinstance(each, tuple):
            pieces.append("{")
            left.append(("}", True))
            for at in range(len(each) - 1, -1, -1):
                key, inner = each[at]
                left += [(inner, False), (f"{', ' if at else ''}{_quoted(key)}: ", True)]
        elif isinstance(each, list):
            pieces.append("[")
            left.append(("]", True))
            for at in range(len(each) - 1, -1, -1):
                left += [(each[at], False), (", " if at else "", True)]
        else:
            pieces.append(_quoted(each) if isinstance(each, str) else json.dumps(each))
    return None if value is None else "".join(pieces)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=bool(HALF.search(text)))
