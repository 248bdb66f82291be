"""Rows as a kind of source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

import pyarrow as pa

from sluice.engine.declare import Column, Files, Pipeline, Rows
from sluice.engine.formats.known import JSON_LINES
from sluice.engine.formats.spelled.records import Records, WrongValue, types_by_header
from sluice.engine.sources.fetch import Blocks, FetchedSource, FetchResult, Known, Noted
from sluice.engine.sources.kind import ProbeResult, SourceKind
from sluice.engine.sources.rows.call import Call
from sluice.engine.sources.rows.state import noted_state, state_in


class _Rows(FetchedSource[Rows]):
    form = JSON_LINES
    text = Files("*")

    def known(
        self,
        source: Rows,  # noqa: ARG002
        last: Noted,
        *,
        newest: bool,  # noqa: ARG002
        beat: Callable[[], None],  # noqa: ARG002
    ) -> Mapping[str, str]:
        """A state stays valid when later inputs of other sources were loaded."""
        return last.note

    def write(self, source: Rows, columns: Sequence[Column], into: Blocks, known: Known) -> FetchResult:
        state = state_in(known.noted) if source.has_state else None
        call = Call(source, into.beat)
        records = Records(source.name, types_by_header(columns), into)
        try:
            with closing(call.items(state)) as items:
                for item in items:
                    records.add_batch(item) if isinstance(item, pa.RecordBatch) else records.add(item)
            records.finish()
        except WrongValue as wrong:
            raise call.wrong_value(wrong.sentence) from wrong
        noted = {} if state is None else noted_state(state, call.place)
        return FetchResult(noted, names=records.names)

    def may_be_empty(self, source: Rows) -> bool:
        return source.has_state

    def probe(self, source: Rows, pipeline: Pipeline) -> ProbeResult | None:  # noqa: ARG002
        """Nothing: to call the function may cost anything."""
        return None


ROWS: SourceKind[Rows] = _Rows()
