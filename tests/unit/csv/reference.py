"""What plan and parse are held to: the records of a text letter by letter, and Python's csv module in strict mode."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from tests.kit.records import Record


def refused(record: Record, header: list[str], longest: int) -> tuple[int, str] | None:
    """The line and the code of the reject that is due, by the order of precedence."""
    text = "".join(record.fields)
    if record.size > longest:
        return record.line, "line_too_long"
    if record.fault is not None:
        return record.fault_line, record.fault
    if "\0" in text:
        return record.line, "nul"
    if any("\udc80" <= letter <= "\udcff" for letter in text):
        return record.line, "invalid_utf8"
    if len(record.fields) != len(header):
        return record.line, "ragged_row"
    bare = [each.strip(" \t\r\n\ufeff") for each in record.fields]
    return (record.line, "repeated_header") if bare == header else None


def strictly(text: str, delimiter: str) -> tuple[list[tuple[int, list[str]]], int | None]:
    """The records with their first lines, by the csv module in strict mode, up to the one that it refuses, and the
    first line of that."""
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for each in io.StringIO(text, newline=""):
            taken += 1
            yield each

    found, reader = [], csv.reader(lines(), delimiter=delimiter, strict=True)
    while True:
        line = taken + 1
        try:
            fields = next(reader)
        except StopIteration:
            return found, None
        except csv.Error:
            return found, line
        if fields:
            found.append((line, fields))
