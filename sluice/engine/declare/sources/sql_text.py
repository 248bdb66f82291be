"""A declared SELECT as tokens, without a server: strings, quoted names and comments are skipped."""

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
    """The clause by which the outermost SELECT returns only some of its rows (`limit`, `offset`, `fetch`), if any.

    A clause without effect (`limit all`, `offset 0`) does not count; subqueries are ignored.
    """
    tokens = ["", "", *_tokens(sql), "", ""]
    outermost = [True]  # for each open parenthesis, whether its content belongs to the outermost SELECT
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
    """Whether a parenthesis after these tokens is the whole SELECT, or a member of a UNION and the like."""
    return before in ("", "(", ")", *_SETS) or (before in ("all", "distinct") and earlier in _SETS)


def _tokens(sql: str) -> Iterator[str]:
    """The tokens in lower case, without comments."""
    at = 0
    while (match := _TOKEN.search(sql, at)) is not None:
        at = match.end()
        if match["nested"]:
            at = _end_of_comment(sql, at)
        elif match["other"]:
            yield match["other"].lower()


def _end_of_comment(sql: str, at: int) -> int:
    """The end of a comment; comments nest."""
    depth = 1
    while depth and (match := _NEST.search(sql, at)) is not None:
        at = match.end()
        depth += 1 if match[0] == "/*" else -1
    return at if not depth else len(sql)
