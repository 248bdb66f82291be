"""The order of files from a folder, a glob or an archive: digits in their names compare as numbers.

part_9.csv comes before part_10.csv, whatever the order in an archive, a folder or an object store:
with `on_conflict="update"` the last file determines the table's rows.
"""

from __future__ import annotations

import heapq
import re
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import BinaryIO

_NUMBER = re.compile("[0-9]+")
AT_HAND = 100_000  # names that are sorted in memory; more are sorted in pieces, in a temporary file
_BLOCK = 1 << 16

NameOrder = tuple[list[str], str]


def name_order(path: str) -> NameOrder:
    """The key to sort paths and addresses by.

    They are compared folder by folder, each name from its beginning: a run of the digits 0 to 9 as a number of any
    length, any other character by its code point, where a number stands at the place of a digit. Names that differ in
    leading zeros only are equal so far, and come in the order of their text: 01 before 1.
    """
    return _NUMBER.sub(_number, path).split("/"), path


def _number(match: re.Match[str]) -> str:
    """Digits as a text that compares as their number does: a digit, their length as a character, and themselves."""
    digits = match[0].lstrip("0")
    return f"0{chr(len(digits))}{digits}"


def in_name_order(paths: Iterable[str], at_hand: int = AT_HAND) -> Iterator[str]:
    """Paths in the order of `name_order`, in memory that does not grow with their number."""
    left = iter(paths)
    piece = sorted(islice(left, at_hand), key=name_order)
    if len(piece) < at_hand:
        yield from piece
        return
    with tempfile.TemporaryFile() as room:
        places = []
        while piece:
            start = room.tell()
            room.writelines(each.encode(errors="surrogateescape") + b"\0" for each in piece)
            places.append((start, room.tell()))
            piece = sorted(islice(left, at_hand), key=name_order)
        room.flush()
        yield from heapq.merge(*(_piece(room, *each) for each in places), key=name_order)


def _piece(room: BinaryIO, start: int, end: int) -> Iterator[str]:
    """The paths that were written there."""
    rest = b""
    while start < end:
        room.seek(start)
        block = room.read(min(_BLOCK, end - start))
        start += len(block)
        *whole, rest = (rest + block).split(b"\0")
        yield from (each.decode(errors="surrogateescape") for each in whole)
