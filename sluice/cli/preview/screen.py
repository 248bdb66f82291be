"""A preview on one screen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sluice.cli.addresses import near
from sluice.cli.hints import print_hints
from sluice.cli.output import COLOURS, folded, item, rows, table, things, tint
from sluice.cli.preview import UNKNOWN
from sluice.cli.runs.books import ENDS, came_to_nothing, print_books, rejects_heading
from sluice.cli.runs.outcome import failed, notes, reasons, untouched
from sluice.engine.rows.shown import shown
from sluice.engine.storage.address import printable

if TYPE_CHECKING:
    from sluice.cli.exits import Exit
    from sluice.engine.preview.facts import ColumnFacts, FileFacts, Preview, TableFacts

SHOWN = 8
_WIDE = 40  # characters of a cell
_FORMATS = {"csv": "CSV", "jsonl": "JSON lines", "fixed": "fixed widths", "converted": "converted to text"}


def print_preview(found: Preview, code: Exit, hidden: Sequence[str] = ()) -> None:
    """Print how files are read, tables with first rows, books, rejects, hints, and how the run would end."""
    status = found.status
    print(f"preview of {status.pipeline}: nothing was written")
    _print_some("files:", [_file(each) for each in found.files])
    for each in found.tables:
        _print_table(each)
    if not came_to_nothing(status):
        print()
        print_books(status)
    _print_some("nothing to do:", untouched(status))
    _print_some(tint("not loaded:", "red"), failed(status))
    _print_some("note:", notes(status))
    _print_some(rejects_heading(status), reasons(status))
    print_hints(found.hints)
    print()
    if hidden and any(each.rows for each in found.tables):
        folded(f"Personal data is not shown ({', '.join(hidden)}): --show-personal shows it.")
    for sentence in _limits(found):
        folded(sentence)
    end = f"state {tint(status.state, COLOURS.get(status.state))}, exit code {code.value}"
    print(f"a run would end with {end}{f': {ENDS[code]}' if code in ENDS else ''}")


def _limits(found: Preview) -> Iterator[str]:
    """What the preview does not know."""
    if found.limit is not None and any(not each.whole for each in found.files):
        yield f"Only the first {things(found.limit, 'record')} of each file were looked at (--limit)."
    if found.not_read:
        yield f"Not read, a run fetches them: {', '.join(found.not_read)}."
    yield UNKNOWN


def _file(each: FileFacts) -> str:
    """A file: how it is read, and what is not loaded of it."""
    facts = [_FORMATS.get(each.format, each.format)]
    if each.format != "converted":
        facts.append(each.encoding)
    if each.delimiter is not None:
        facts.append("delimiter tab" if each.delimiter == "\t" else f"delimiter '{each.delimiter}'")
        facts.append(f"rows from line {each.first_row_line}")
    facts.append(things(each.records, "record") if each.whole else f"the first {things(each.records, 'record')}")
    lacks = f"; not in the file: {', '.join(each.absent)}" if each.absent else ""
    more = f"; not loaded: {', '.join(map(printable, each.not_loaded))}" if each.not_loaded else ""
    return f"{near(each.file)}: {', '.join(facts)}{lacks}{more}"


def _print_table(each: TableFacts) -> None:
    of_rows = "without a key" if each.key is None else f"key {', '.join(each.key)}, on_conflict={each.on_conflict}"
    print(f"\n{each.table}, {of_rows}:")
    table(("column", "type", "header", "text", "value"), map(_column, each.columns), "  ")
    if each.rows:
        print(f"\nfirst {rows(len(each.rows))} of {each.table}, as they would be loaded:")
        names = [column.name for column in each.columns]
        cells = [
            [*(_cell(row["values"][name]) for name in names), f"{near(row['file'])}:{row['line']}"] for row in each.rows
        ]
        table((*names, "file and line"), cells, "  ")


def _column(each: ColumnFacts) -> list[str]:
    text = "" if each.text is None else repr(_short(each.text))
    value = "" if each.text is None else f"reject {each.code}" if each.code else _cell(each.value)
    return [each.name, each.type, each.header, text, value]


def _cell(value: Any) -> str:
    """A value as PostgreSQL writes it; control characters are escaped."""
    text = shown(value)
    return _short(text if text.isprintable() else text.encode("unicode_escape").decode())


def _short(text: str) -> str:
    return text if len(text) <= _WIDE else f"{text[: _WIDE - 1]}…"


def _print_some(heading: str, lines: list[str]) -> None:
    if not lines:
        return
    print(f"\n{heading}")
    for line in lines[:SHOWN]:
        item(line)
    if len(lines) > SHOWN:
        print(f"  ... and {len(lines) - SHOWN} more (--json has all)")
