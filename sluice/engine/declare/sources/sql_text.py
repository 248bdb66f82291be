"""What a declared SELECT says, without asking a server: its text as tokens, past strings, names and comments."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<comment>--[^\r\n]*)
      | (?P<nested>/\*)
      | (?P<other>[eE]'(?:[^'\\]|\\.|'')*'          # a string with escapes
          | '(?:[^']|'')*'
          | "(?:[^"]|"")*"
          | \$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$
          | [^\W\d][\w$]*                           # a word
          | \d[\w.]*
          | \S)
    """,
    re.VERBOSE | re.DOTALL,
)
_NEST = re.compile(r"/\*|\*/")
_SETS = ("union", "intersect", "except")


def limits_rows(sql: str) -> str | None:
    """The clause by which the outermost SELECT gives only some of its rows (`limit`, `offset`, `fetch`), if it has one.

    What limits nothing (`limit all`, `offset 0`) is none; subqueries are left alone.
    """
    tokens = ["", "", *_tokens(sql), "", ""]
    outermost = [True]  # for each open parenthesis, whether what stands in it is still the outermost SELECT
    for at in range(2, len(tokens) - 2):
        before, word, after = tokens[at - 1], tokens[at], tokens[at + 1]
        if word in ("(", "["):
            outermost.append(outermost[-1] and word == "(" and _begins_select(tokens[at - 2], before))
        elif word in (")", "]"):
            outermost = outermost[:-1] or [True]
        elif outermost[-1] and before not in (".", "as") and _limits(word, after):
            return word
    return None


def _limits(word: str, value: str) -> bool:
    if word == "limit":
        return value not in ("all", "null")
    return word == "fetch" or (word == "offset" and value != "0")


def _begins_select(earlier: str, before: str) -> bool:
    """Whether a parenthesis behind these tokens holds a SELECT, as whole or as one of several that are put together."""
    return before in ("", "(", ")", *_SETS) or (before in ("all", "distinct") and earlier in _SETS)


def _tokens(sql: str) -> Iterator[str]:
    """Words in lower case, and whatever else there is, without comments."""
    at = 0
    while (found := _TOKEN.search(sql, at)) is not None:
        at = found.end()
        if found["nested"]:
            at = _end_of_comment(sql, at)
        elif found["other"]:
            yield found["other"].lower()


def _end_of_comment(sql: str, at: int) -> int:
    """Comments nest."""
    depth = 1
    while depth and (found := _NEST.search(sql, at)) is not None:
        at = found.end()
        depth += 1 if found[0] == "/*" else -1
    return at if not depth else len(sql)
