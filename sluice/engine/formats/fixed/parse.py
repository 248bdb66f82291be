"""A part's bytes into text columns with line numbers, and rejects: together as many as plan counted."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.formats.fixed.dialect import PAD, FixedWidth
from sluice.engine.formats.text.header import LINE, HeaderMatch, plain
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import is_record, reject_overlong_line, size_of_line
from sluice.engine.formats.text.parsed import ParsedPart
from sluice.engine.formats.text.rejects import RowReject, show
from sluice.errors import PermanentError


def parse_fixed(
    data: bytes, *, dialect: FixedWidth, match: HeaderMatch, first_line: int, read: int, limits: Limits
) -> ParsedPart:
    """Parse the bytes of one part; `first_line` and `read` are as planned.

    Rejects: `line_too_long`, `nul`, `invalid_utf8`, `short_line`, `long_line`, `repeated_header`. Raises PermanentError
    if rows and rejects together are not the records that plan counted.
    """
    texts: list[str] = []
    lines: list[int] = []
    rejects: list[RowReject] = []
    for number, line in enumerate(data.split(b"\n"), first_line):
        if not is_record(line, limits.max_record_bytes):
            continue
        text = _text(line.removesuffix(b"\r"), number, dialect, limits)
        if isinstance(text, str):
            texts.append(text)
            lines.append(number)
        else:
            rejects.append(text)
    if len(texts) + len(rejects) != read:
        raise PermanentError(
            f"The record counts of the part at line {first_line} differ: plan counted {read} records, the parser found "
            f"{len(texts) + len(rejects)}. Nothing of it is loaded: please report this with the part's bytes."
        )
    return _columns(texts, np.array(lines, np.int64), rejects, dialect, match)


def _text(line: bytes, number: int, dialect: FixedWidth, limits: Limits) -> str | RowReject:
    """The text of a line, or its reject."""
    if size_of_line(line) > limits.max_record_bytes:
        return reject_overlong_line([line], first_line=number, limits=limits)
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        at = len(line[: error.start].decode("utf-8", "replace"))
        of = f"a character of {dialect.encoding}" if dialect.encoding else "UTF-8"
        reason = f"Character {at + 1} of the line, the byte 0x{line[error.start]:02X}, is not {of}."
        return RowReject(number, dialect.column_at(at), "invalid_utf8", reason, show(line))
    at = text.find("\0")
    if at >= 0:
        reason = f"Character {at + 1} of the line is NUL, which text must not have; remove it."
        return RowReject(number, dialect.column_at(at), "nul", reason, show(line))
    return text


def _columns(
    texts: list[str], lines: np.ndarray, rejects: list[RowReject], dialect: FixedWidth, match: HeaderMatch
) -> ParsedPart:
    rows = pa.array(texts, pa.string())
    spans = dialect.spans
    sizes = pc.utf8_length(rows).to_numpy(zero_copy_only=False)
    wrong = np.flatnonzero((sizes < spans[-1][0]) | (sizes > spans[-1][1])).tolist()
    refused = {at: reject for at in wrong if (reject := _wrong_size(texts[at], int(lines[at]), dialect)) is not None}
    cells = {at: pc.utf8_trim(pc.utf8_slice_codeunits(rows, *spans[at]), PAD) for at in _positions(match)}
    for at in _like_header(cells, dialect):
        if at not in refused and [plain(cell) for cell in dialect.cut(texts[at])] == [*map(plain, dialect.header)]:
            reason = "The row repeats the header: it is not data. Nothing is lost; were files put together here?"
            refused[at] = RowReject(int(lines[at]), None, "repeated_header", reason, show(texts[at].encode()))
    kept = pa.array(np.delete(np.arange(len(texts)), list(refused)), pa.int64())
    absent = pa.nulls(len(texts), pa.string())
    columns = [absent if at is None else cells[at] for at in match.positions.values()]
    table = pa.table([*columns, pa.array(lines, pa.int64())], [*match.positions, LINE])
    table = table.take(kept).combine_chunks() if refused else table
    return ParsedPart(table, sorted([*rejects, *refused.values()], key=lambda reject: reject.line))


def _positions(match: HeaderMatch) -> set[int]:
    return {at for at in match.positions.values() if at is not None}


def _wrong_size(text: str, line: int, dialect: FixedWidth) -> RowReject | None:
    """The reject of a line that ends before its last column, or has text behind it; blanks behind it are none."""
    end = dialect.spans[-1][1]
    if len(text) < dialect.spans[-1][0]:
        name = dialect.column_at(len(text))
        reason = f"The line ends after {len(text):,} characters, in the column {name}; the columns have {end:,}."
        return RowReject(line, name, "short_line", reason, show(text.encode()))
    if not text[end:].strip(PAD):
        return None
    reason = f"There is text at character {end + 1:,}, behind the last column; the columns have {end:,} characters."
    return RowReject(line, None, "long_line", reason, show(text.encode()))


def _like_header(cells: dict[int, pa.Array], dialect: FixedWidth) -> list[int]:
    """Rows that may repeat the header: a cell of one column is its name."""
    if dialect.header_once or not cells:
        return []
    at = max(cells, key=lambda each: len(dialect.header[each]))
    alike = pc.equal(pc.utf8_lower(cells[at]), dialect.header[at].lower())
    return [int(row) for row in np.flatnonzero(alike.to_numpy(zero_copy_only=False))]
