"""Planning: a file of fixed width is streamed once, its header is read, and its body cut into parts of whole lines."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from sluice.engine.declare import Files
from sluice.engine.formats.fixed.dialect import FixedWidth
from sluice.engine.formats.text.binary import refuse_other_kinds
from sluice.engine.formats.text.cut import cut, even_size
from sluice.engine.formats.text.footer import body_of
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import BLANK, LongLine, count_lines, skip_lines
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import quoted
from sluice.engine.formats.text.rules import Rules
from sluice.engine.formats.text.source import UTF8_MARK, Readable, Source, Tick, size_of
from sluice.errors import DataError, NoRows

_HEAD = 1 << 16


def plan_fixed(stream: Readable, declared: Files, *, part_bytes: int, limits: Limits, tick: Tick) -> InputPlan:
    """Plan a file of UTF-8 text from a stream at its start. Memory: at most a block and a line.

    Raises DataError: `empty_file`, `header_only` (as NoRows), `not_csv`, `header_too_long`, `preamble_too_long`,
    `footer_too_long`.
    """
    size = size_of(stream)
    source = Source(stream, tick)
    dialect = read_header(source, declared, limits)
    body = body_of(source, declared.footer, dialect.body_line, limits)
    count = partial(count_lines, longest=limits.max_record_bytes)
    parts = cut(body, dialect, Rules(count, LongLine, limits, even_size(part_bytes, dialect, size)))
    read = sum(part.read for part in parts)
    if read == 0:
        raise NoRows(" ".join(filter(None, ("The file has no rows.", body.note))), dialect.header)
    return InputPlan(source.sha256(), source.size, dialect, tuple(parts), read, body.note)


def read_header(source: Source, declared: Files, limits: Limits) -> FixedWidth:
    """Read the header from a source at its start, and leave the source at the body."""
    head = source.peek(_HEAD)
    if not head.removeprefix(UTF8_MARK).strip(b"\r\n"):
        raise DataError("empty_file", "The file is empty.")
    refuse_other_kinds(head)
    offset = len(UTF8_MARK) if head.startswith(UTF8_MARK) else 0
    source.skip(offset)
    offset += skip_lines(source, declared.skip, limits)
    widths = tuple(declared.widths or ())
    if declared.header is not None:
        return FixedWidth(tuple(declared.header), widths, offset, declared.skip + 1, header_once=True)
    line, length, lines = _first_line(source.peek(limits.max_header_bytes), limits)
    source.skip(length)
    return FixedWidth(_names(line, widths), widths, offset + length, declared.skip + lines + 1)


def _first_line(head: bytes, limits: Limits) -> tuple[bytes, int, int]:
    """The first line that is not blank, and the bytes and lines up to its end."""
    length = 0
    for lines, line in enumerate(head.split(b"\n"), 1):
        length += len(line) + 1
        if line.strip(BLANK):
            if length > len(head) == limits.max_header_bytes:
                raise DataError("header_too_long", f"The header does not end within {limits.max_header_bytes:,} bytes.")
            return line.removesuffix(b"\r"), min(length, len(head)), lines
    raise DataError("empty_file", "There is no header: after the lines that are skipped the file is empty.")


def _names(line: bytes, widths: Sequence[int]) -> tuple[str, ...]:
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        raise DataError(
            "not_csv",
            f"Byte {error.start + 1} of the header, 0x{line[error.start]:02X}, is not UTF-8; declare its encoding: "
            f"Files(..., encoding='cp1252'). It reads {quoted(line)}.",
        ) from error
    names = tuple(FixedWidth((), tuple(widths), 0, 1).cut(text))
    if not any(names):
        raise DataError("not_csv", "The header has no names. Declare them: Files(..., header=('id', 'name')).")
    return names
