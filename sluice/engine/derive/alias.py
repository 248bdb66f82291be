"""Aliases for subselects in a declaration's SQL that have none: PostgreSQL before version 16 requires an alias."""

from __future__ import annotations

import re

_BLANK = r"(?:\s|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*"
_NEXT = re.compile(_BLANK + r'("|\w+|.|\Z)', re.DOTALL)
_BEFORE = re.compile(r"(\w+|[,(])" + _BLANK + r"\Z", re.DOTALL)
_JOINS = frozenset({"join", "inner", "left", "right", "full", "cross", "natural"})
# words that may follow a table in FROM and are not its alias: SQL reserves them
_CLAUSES = _JOINS | frozenset(
    {"on", "using", "where", "group", "having", "window", "order", "limit", "offset", "fetch", "for", "union"}
    | {"intersect", "except", "tablesample", "returning"}
)
_TAKES_TABLE = frozenset({"from", "join", "lateral", "only", ","})


def alias_for(text: str, start: int, end: int, name: str) -> str:
    """` as "name"` if the text between `start` and `end` of some SQL is a table without an alias; else nothing."""
    before = _BEFORE.search(text, 0, start)
    if before is None or _is_named(next_word := _next_word(text, end)):
        return ""
    word = before[1].lower()
    if word in _TAKES_TABLE or (word == "(" and next_word in _JOINS):
        return f' as "{name}"'
    return ""


def _next_word(text: str, end: int) -> str:
    match = _NEXT.match(text, end)
    return match[1].lower() if match else ""


def _is_named(next_word: str) -> bool:
    return next_word == '"' or ((next_word[:1].isalpha() or next_word[:1] == "_") and next_word not in _CLAUSES)
