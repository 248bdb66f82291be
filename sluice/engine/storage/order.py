"""The order of files from a folder, a glob or an archive: digits in their names compare as numbers.

part_9.csv comes before part_10.csv, whatever the order in an archive, a folder or an object store:
with `on_conflict="update"` the last file determines the table's rows.
"""

from __future__ import annotations

import re

_TOKEN = re.compile("[0-9]+|[^0-9]")
_DIGIT = ord("0")

Token = tuple[int, int, str]
NameOrder = tuple[list[list[Token]], str]


def name_order(path: str) -> NameOrder:
    """The key to sort paths and addresses by.

    They are compared folder by folder, each name from its beginning: a run of the digits 0 to 9 as a number of any
    length, any other character by its code point, where a number stands at the place of a digit. Names that differ in
    leading zeros only are equal so far, and come in the order of their text: 01 before 1.
    """
    return [[_token(match[0]) for match in _TOKEN.finditer(name)] for name in path.split("/")], path


def _token(text: str) -> Token:
    if "0" <= text[0] <= "9":
        digits = text.lstrip("0")
        return _DIGIT, len(digits), digits  # by length, then by digits: as numbers, without the limits of int()
    return ord(text), 0, ""
