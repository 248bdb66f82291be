"""The parts of a workbook, which are XML files in a zip archive.

Calamine reads values, and does not tell an error (#N/A) or a formula that was never computed from an empty cell. So the
XML of the sheet is searched for these, in the pass that also checks how large the parts are.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.etree import ElementTree as ET

from sluice.engine.formats.caps import Caps, capped
from sluice.errors import DataError

WORKBOOK = "xl/workbook.xml"
_LINKS = "xl/_rels/workbook.xml.rels"
_BLOCK = 1 << 20
_MOST_BYTES = 1 << 30  # of a sheet's XML; a workbook is in memory as a whole
_MOST_CELLS = 1 << 23
_LONGEST_CELL = 1 << 20
_SMALL = 8 << 20

_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_SUSPECT = re.compile(rb"""<(?:\w+:)?f[\s/>]|\bt=["']e["']""")
_COLUMN = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]{1,3})\d""")
_ROW = re.compile(rb"""<(?:\w+:)?row\s[^>]*?\br=["'](\d{1,7})["']""")
_PLACE = re.compile(rb"""\br=["']([A-Z]{1,3})(\d{1,7})["']""")
_TYPE = re.compile(rb"""\bt=["'](\w+)["']""")
_VALUE = re.compile(rb"<(?:\w+:)?v[^>]*>([^<]*)</")
_NEGATIVE = re.compile(rb"<(?:\w+:)?c\s([^>]*)>(?:<(?:\w+:)?f[^>]*>[^<]*</(?:\w+:)?f>)?\s*<(?:\w+:)?v>-")
_FILLED = re.compile(rb"<(?:\w+:)?[vtf][\s>]")
_END = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData\s*/>")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")

NEVER_COMPUTED = "a formula that was never computed"


@dataclass
class Scanned:
    """What is wrong with cells of a sheet, by row and column from 0; and its size."""

    wrong: dict[tuple[int, int], str] = field(default_factory=dict)
    columns: set[bytes] = field(default_factory=set)
    rows: int = 0
    filled: bool = False
    negative: set[tuple[int, int]] = field(default_factory=set)  # numbers that a time of day may come from


class _Directory:
    """Limits the size of a zip's directory, which zipfile reads as a whole."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.seek, self.tell = file.seek, file.tell

    def read(self, size: int = -1) -> bytes:
        if size > _SMALL:
            raise zipfile.BadZipFile("its directory is too large")
        return self._file.read(size)

    def seekable(self) -> bool:
        return True


def is_workbook(file: BinaryIO) -> bool:
    """Whether a seekable file is a workbook in XML. At its start again after that."""
    file.seek(0)
    found = file.read(4) == b"PK\x03\x04"
    if found:
        try:
            with zipfile.ZipFile(_Directory(file)) as archive:
                found = WORKBOOK in archive.NameToInfo
        except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError):
            found = False  # a damaged or newer directory: `unpack` says what is wrong with the zip
    file.seek(0)
    return found


def sheet_parts(archive: zipfile.ZipFile) -> Mapping[str, str]:
    """The names of a workbook's sheets, each with the name of its part."""
    targets = {each.get("Id"): each.get("Target", "") for each in _tree(archive, _LINKS)}
    sheets = (each for each in _tree(archive, WORKBOOK).iter() if _local(each.tag) == "sheet")
    found = {}
    for each in sheets:
        ident = next((value for name, value in each.items() if _local(name) == "id"), None)
        target = targets.get(ident, "")
        found[each.get("name", "")] = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    return found


def scan_sheet(archive: zipfile.ZipFile, part: str, caps: Caps) -> Scanned:
    """Search a sheet's XML. Raises DataError `too_large`, `too_compressed`, `corrupt`."""
    scanned, rest, within = Scanned(), b"", True
    for block in _blocks(archive, part, caps):
        if not within:
            continue  # what follows the cells is only read
        text = rest + block
        within = _END.search(text) is None
        end = _last_cell(text) if within else len(text)
        _look(text[:end], scanned)
        rest = text[end:]
        if len(rest) > _LONGEST_CELL + _BLOCK:
            raise DataError("too_large", f"A cell of the workbook has more than {_LONGEST_CELL:,} bytes.")
    _look(rest, scanned)
    if scanned.rows * max((_number(each) for each in scanned.columns), default=0) > _MOST_CELLS:
        raise DataError(
            "too_large",
            f"The sheet has a cell in row {scanned.rows:,}, and more than {_MOST_CELLS:,} cells with the empty ones"
            " before it; delete the rows and columns after the data, or save the sheet as CSV.",
        )
    return scanned


def check_part(archive: zipfile.ZipFile, part: str, caps: Caps) -> None:
    """Read a part to its end. Raises as `scan_sheet` does."""
    for _ in _blocks(archive, part, caps):
        pass


def _blocks(archive: zipfile.ZipFile, part: str, caps: Caps) -> Iterator[bytes]:
    try:
        entry = archive.getinfo(part)
    except KeyError:
        raise broken(f"it has no part {part}") from None
    limits = Caps(min(caps.max_bytes, _MOST_BYTES), caps.max_ratio)
    try:
        with archive.open(entry) as stream:
            yield from capped(iter(lambda: stream.read(_BLOCK), b""), entry.compress_size, limits)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        # damaged, encrypted (RuntimeError), or compressed in a way that zipfile does not know (NotImplementedError)
        raise broken(error) from error


def _last_cell(text: bytes) -> int:
    """Where the last cell begins, which may go on in the next block; or else the last tag."""
    named, prefixed = text.rfind(b"<c "), text.rfind(b":c ")
    if prefixed > named:
        named = text.rfind(b"<", 0, prefixed)
    return named if named >= 0 else max(text.rfind(b"<"), 0)


def _look(text: bytes, scanned: Scanned) -> None:
    scanned.filled = scanned.filled or _FILLED.search(text) is not None
    scanned.columns.update(_COLUMN.findall(text))
    for row in _ROW.findall(text)[-1:]:
        scanned.rows = max(scanned.rows, int(row))
    places = filter(None, map(_PLACE.search, _NEGATIVE.findall(text) if b"v>-" in text else ()))
    scanned.negative.update((int(place[2]) - 1, _number(place[1]) - 1) for place in places)
    if not _SUSPECT.search(text):
        return
    for attributes, inner in _CELL.findall(text):
        if (wrong := _wrong(attributes, inner)) is None:
            continue
        place = _PLACE.search(attributes)
        if place is None:
            raise DataError("corrupt", f"The sheet has {wrong} in a cell without a place; save it with Excel.")
        scanned.wrong[int(place[2]) - 1, _number(place[1]) - 1] = wrong


def _wrong(attributes: bytes, inner: bytes) -> str | None:
    """The error in a cell, or that it has a formula and no value; None for any other."""
    kind, value = _TYPE.search(attributes), _VALUE.search(inner)
    if kind is not None and kind[1] == b"e":
        return (value[1] if value else b"an error").decode("ascii", "replace")[:30]
    computed = (kind is not None and kind[1] == b"str") or (value is not None and value[1])
    return None if computed or not _FORMULA.search(inner) else NEVER_COMPUTED


def _number(letters: bytes) -> int:
    """The number of a column from 1: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def letters(number: int) -> str:
    """The letters of a column by its number from 1."""
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _tree(archive: zipfile.ZipFile, part: str) -> ET.Element:
    try:
        text = b"".join(_blocks(archive, part, Caps(_SMALL, _SMALL)))
        return ET.fromstring(text)  # noqa: S314 - expat limits what entities unpack to
    except ET.ParseError as error:
        raise broken(error) from error


def _local(name: str) -> str:
    return name.rpartition("}")[2]


def broken(why: object) -> DataError:
    """The error for a workbook that cannot be read."""
    return DataError("corrupt", f"The workbook is broken ({why}). Nothing of it is loaded; save or copy it again.")
