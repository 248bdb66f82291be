"""Names of columns, tables and pipelines from what stands in headers and file names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from sluice.engine.declare import LINEAGE
from sluice.engine.declare.names import IDENTIFIER, SYSTEM_COLUMNS

_LONGEST = 59
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
    | {"%": " percent ", "€": " eur ", "$": " usd ", "£": " gbp "}
)
_NOT_IN_NAMES = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])")
# words that PostgreSQL reads as its own where a column's name is not in quotes
_RESERVED = frozenset(
    """
    all analyse analyze and any array as asc asymmetric authorization between binary both case cast check collate
    collation column concurrently constraint create cross current_catalog current_date current_role current_schema
    current_time current_timestamp current_user default deferrable desc distinct do else end except false fetch for
    foreign freeze from full grant group having ilike in initially inner intersect into is isnull join lateral leading
    left like limit localtime localtimestamp natural not notnull null offset on only or order outer overlaps placing
    primary references returning right select session_user similar some symmetric system_user table tablesample then to
    trailing true union unique user using variadic verbose when where window with
    """.split()  # noqa: SIM905  # a hundred quoted words are harder to compare with the manual
)


def identifier(text: str) -> str:
    """A text as a name of SQL; empty if nothing of it can be kept."""
    spaced = _CAMEL.sub("_", text)
    plain = unicodedata.normalize("NFKD", spaced.casefold().translate(_LETTERS))
    name = _NOT_IN_NAMES.sub("_", "".join(c for c in plain if not unicodedata.combining(c))).strip("_")
    if not name:
        return ""
    name = name if name[0].isalpha() else f"n{name}"
    name = name[:_LONGEST].rstrip("_")
    return f"{name[: _LONGEST - 1]}_" if name in _RESERVED else name


def column_names(headers: Sequence[str]) -> list[str]:
    """A name for each header, each of them once."""
    taken = {*LINEAGE, *SYSTEM_COLUMNS}
    names = []
    for at, header in enumerate(headers, 1):
        base = header if _is_name(header) else identifier(header) or f"column_{at}"
        number, name = 1, base
        while name in taken:
            number += 1
            name = f"{base[: _LONGEST - len(str(number)) - 1]}_{number}"
        taken.add(name)
        names.append(name)
    return names


def _is_name(header: str) -> bool:
    return IDENTIFIER.fullmatch(header) is not None and header not in _RESERVED


def name_of_file(stem: str) -> str:
    """A name for a pipeline from that of a file: without its date and number."""
    bare = re.sub(r"[\W_]*\d[\d\W_]*", "_", stem.partition(".")[0])
    name = identifier(bare) or identifier(stem) or "files"
    name = f"{name}_" if name.startswith("pg_") else name
    return name[:50].rstrip("_")
