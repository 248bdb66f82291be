"""Planning: a CSV file is streamed once, its header is read, and its body cut into parts of whole records."""

from __future__ import annotations

from functools import partial

from sluice.engine.formats.csv.header import CsvOptions, read_dialect
from sluice.engine.formats.csv.overlong import LongRecord
from sluice.engine.formats.csv.records import count_records
from sluice.engine.formats.text.cut import cut, even_size
from sluice.engine.formats.text.footer import body_of
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rules import Rules
from sluice.engine.formats.text.source import Readable, Source, Tick, size_of
from sluice.errors import ConfigError, NoRows


def plan_csv(
    stream: Readable,
    *,
    part_bytes: int,
    options: CsvOptions | None = None,
    limits: Limits | None = None,
    tick: Tick | None = None,
) -> InputPlan:
    """Plan a file of UTF-8 text from a stream at its start. Memory: at most a block and a record.

    Parts cover all bytes after the header and are about `part_bytes` long, evenly if the size is known, and never
    longer than `part_bytes + max_record_bytes` and a line end, except overlong ones. `tick(bytes_done)` is called for
    every block and may raise to stop.

    Raises DataError: `empty_file`, `header_only` (as NoRows), `not_csv`, `header_too_long`, `preamble_too_long`,
    `footer_too_long`.
    """
    if part_bytes < 1:
        raise ConfigError(f"part_bytes must be at least 1, not {part_bytes}.")
    limits = limits or Limits()
    size = size_of(stream)
    source = Source(stream, tick)
    dialect = read_dialect(source, limits, options or CsvOptions())
    count, follow = partial(count_records, rules=dialect.quotes), partial(LongRecord, dialect.quotes)
    body = body_of(source, options.footer if options else 0, dialect.body_line, limits)
    parts = cut(body, dialect, Rules(count, follow, limits, even_size(part_bytes, dialect, size)))
    read = sum(part.read for part in parts)
    if read == 0:
        only = (
            "The file has a header and no rows."
            if options is None or options.header is None
            else "The file has no rows."
        )
        raise NoRows(" ".join(filter(None, (only, body.note))), dialect.header)
    note = " ".join(filter(None, (dialect.note, body.note))) or None
    return InputPlan(source.sha256(), source.size, dialect, tuple(parts), read, note)
