"""Lists within records as a kind of source: they are written to the landing, and are a file from there on.

Only the records that were loaded count: a refused record takes its list with it, and when it is replayed its list comes
with it. Any worker can write the copy, and again where it is lost, as long as the records are there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from sluice.engine.declare import Files, Nested, Pipeline, Table
from sluice.engine.formats.jsonl.dialect import JsonLines
from sluice.engine.formats.jsonl.numbered import first_number
from sluice.engine.formats.known import JSON_LINES, plan_as
from sluice.engine.formats.text.header import LINE, plain
from sluice.engine.formats.text.plan import InputPlan
from sluice.engine.sources.kind import ProbeResult, ScanRequest, ScanResult, SourceKind
from sluice.engine.sources.landing import Draft, drafting
from sluice.engine.sources.nested.elements import Names, lines_of
from sluice.engine.sources.nested.parent import Parent, lists_of, parent_of

_HEAD = 64  # bytes: the number of a line
_AT_ONCE = 10_000  # lines
_NOT_COLUMNS = {LINE, "_refused", "_code", "_column"}


class _Nested:
    only_newest = False

    def stamp(self, uri: str) -> str | None:  # noqa: ARG002 - what the records have is in the ledger
        return None

    def scan(self, source: Nested, request: ScanRequest) -> ScanResult:
        parent = parent_of(request.input)
        with drafting() as draft:
            written = _write(draft, source, parent, request)
            planned = _planned(draft, request) if written else _empty()
            planned = replace(planned, dialect=_headed(planned.dialect.header, request.table))
            unique = replace(planned, sha256=_unique(planned.sha256, parent, source))
            landed = draft.keep(unique.sha256) if written else None
            return ScanResult(unique, landed, left_out=_left_out(parent, source))

    def probe(self, source: Nested, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002
        return None


def _write(draft: Draft, source: Nested, parent: Parent, request: ScanRequest) -> int:
    """Write the elements of all lists; returns the number of bytes."""
    names, written, waiting = Names.of(source, request.table), 0, list[str]()
    for rows in lists_of(parent, source):
        key = [rows.column(column).to_pylist() for column in rows.column_names[1:-1]]
        lists, lines = rows.column(0).to_pylist(), rows.column(LINE).to_pylist()
        for text, line, *cells in zip(lists, lines, *key, strict=True):
            waiting += lines_of(text, line, cells, names, source.of)
            if len(waiting) > _AT_ONCE:
                written += draft.write("".join(waiting).encode("utf-8", "surrogatepass"))
                waiting.clear()
                request.tick(written)
    return written + draft.write("".join(waiting).encode("utf-8", "surrogatepass"))


def _planned(draft: Draft, request: ScanRequest) -> InputPlan:
    """The plan of the lines, whose parts begin at the number of their first line."""
    with draft.reading() as file:
        planned = plan_as(JSON_LINES, file, Files("*"), request.tick, request.headers)
        parts = []
        for part in planned.parts:
            file.seek(part.offset)
            parts.append(replace(part, first_line=first_number(file.read(_HEAD))))
    return replace(planned, parts=tuple(parts))


def _empty() -> InputPlan:
    return InputPlan(hashlib.sha256(b"").hexdigest(), 0, JsonLines((), 0, 1), (), 0)


def _headed(found: Sequence[str], table: Table) -> JsonLines:
    """The dialect with the names that the lines may have; in an update with all: a list is replaced as a whole, so what
    no element has is null."""
    header = [name for name in found if plain(name) not in _NOT_COLUMNS]
    known = set(map(plain, header))
    if table.on_conflict == "update" or not header:
        header += [each.header_name for each in table.columns if plain(each.header_name) not in known]
    return JsonLines(tuple(dict.fromkeys(header)), 0, 1, numbered=True)


def _unique(sha256: str, parent: Parent, source: Nested) -> str:
    """A content that no other input has: whether lists are loaded is decided with their records."""
    return hashlib.sha256(f"{sha256} {parent.input} {source.name}".encode()).hexdigest()


def _left_out(parent: Parent, source: Nested) -> str | None:
    if not parent.refused:
        return None
    records = f"{len(parent.refused):,} refused record{'s' * (len(parent.refused) > 1)}"
    return (
        f"The lists {source.of!r} of {records} (input {parent.input}) are left out: they come when these are replayed."
    )


NESTED: SourceKind[Nested] = _Nested()
