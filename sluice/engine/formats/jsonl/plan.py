"""Planning: a file of JSON lines is streamed once and cut into parts of whole lines.

The keys of the first lines are used as the header, with requested keys of later lines: so a file without a required
column is refused as a whole, and it is known whether any record has a declared column.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from sluice.engine.formats.jsonl.dialect import JsonLines, looks_like_array
from sluice.engine.formats.jsonl.late_keys import LateKeys
from sluice.engine.formats.jsonl.values import InvalidLine, read_object
from sluice.engine.formats.text.cut import cut, even_size
from sluice.engine.formats.text.footer import body_of
from sluice.engine.formats.text.header import plain
from sluice.engine.formats.text.limits import Limits
from sluice.engine.formats.text.lines import LongLine, count_lines, skip_lines
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.formats.text.rejects import show
from sluice.engine.formats.text.rules import Counted, Rules
from sluice.engine.formats.text.source import UTF8_MARK, Readable, Source, Tick, size_of
from sluice.errors import ConfigError, DataError, NoRows

_HEAD = 1 << 16
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def plan_jsonl(
    stream: Readable,
    *,
    part_bytes: int,
    skip: int = 0,
    limits: Limits | None = None,
    tick: Tick | None = None,
    requested: Sequence[str] = (),
    footer: int | str = 0,
) -> InputPlan:
    """Plan a file of UTF-8 text from a stream at its start. Memory: at most a block and a line.

    The first `skip` lines are left out, and the `footer`. Parts and `tick` are as of `plan_csv`. Of keys that the first
    lines do not have the `requested` ones are looked for in all others.

    Raises DataError: `empty_file`, `json_array`, `not_jsonl` (no object in the first lines), `header_too_long`
    (too many keys), `preamble_too_long`, `footer_too_long`.
    """
    if part_bytes < 1:
        raise ConfigError(f"part_bytes must be at least 1, not {part_bytes}.")
    limits = limits or Limits()
    size = size_of(stream)
    source = Source(stream, tick)
    dialect = read_keys(source, skip, limits)
    late = LateKeys(requested, dialect.header)
    count = partial(count_lines, longest=limits.max_record_bytes)

    def counted(data: bytes, *, final: bool) -> Counted:
        late.look(data)
        return count(data, final=final)

    body = body_of(source, footer, dialect.body_line, limits)
    parts = cut(body, dialect, Rules(counted, LongLine, limits, even_size(part_bytes, dialect, size)))
    whole = replace(dialect, header=(*dialect.header, *filter(_is_storable, late.found)))
    read = sum(part.read for part in parts)
    if read == 0 and body.note:
        raise NoRows(f"The file has no rows. {body.note}", whole.header)
    return InputPlan(source.sha256(), source.size, whole, tuple(parts), read, body.note)


def read_keys(source: Source, skip: int, limits: Limits) -> JsonLines:
    """Read the keys of the first lines from a source at its start, and leave the source at the body."""
    mark = len(UTF8_MARK) if source.peek(len(UTF8_MARK)) == UTF8_MARK else 0
    source.skip(mark)
    offset = mark + skip_lines(source, skip, limits)
    head = _head(source, limits)
    if not head.strip():
        raise DataError("empty_file", "The file is empty, without rows.")
    if looks_like_array(head):
        raise DataError(
            "json_array",
            "The file is one JSON array, and is read as JSON lines, one object a line; "
            "turn it into these first: jq -c '.[]' file.json > file.jsonl",
        )
    return JsonLines(_keys(head, limits), offset, skip + 1)


def _head(source: Source, limits: Limits) -> bytes:
    """The first whole lines; the beginning of a first line that is too long, or of endless blanks."""
    longest = limits.max_record_bytes + 2  # a line end
    for size in (_HEAD, max(_HEAD, longest)):
        head = source.peek(size)
        if len(head) < size:
            return head
        end = head.rfind(b"\n") + 1
        if head[:end].strip():
            return head[:end]
    return head


def _keys(head: bytes, limits: Limits) -> tuple[str, ...]:
    """The keys of the objects among some lines, in order of appearance, if the ledger can store them.

    Of keys for the same column, such as `ID` and `id` in different lines, the first.
    """
    keys: dict[str, str] = {}
    for line in head.split(b"\n"):
        try:
            for key, _ in read_object(line.decode()):
                keys.setdefault(plain(key), key)
        except (InvalidLine, UnicodeDecodeError):
            continue
    if not keys:
        first = head.strip().split(b"\n", 1)[0]
        raise DataError(
            "not_jsonl", f"None of the first lines is a JSON object with keys; they begin with {show(first)[:60]!r}."
        )
    if len(keys) > limits.max_columns:
        raise DataError(
            "header_too_long",
            f"The first lines have {len(keys):,} different keys, the limit is {limits.max_columns:,}: "
            "are the keys data?",
        )
    return tuple(filter(_is_storable, keys.values()))


def _is_storable(key: str) -> bool:
    return _UNSTORABLE.search(key) is None
