"""Rows of a replay tried under the declaration of now, without loading them: which of them would pass."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sluice.engine.formats.known import parse_text
from sluice.engine.ledger.rejects.replayed import Again
from sluice.engine.rows.contract import Contract
from sluice.engine.steps.again.replay.chosen import Chosen, ChosenRow

Reason = tuple[str | None, str]  # the column and the code of a reject


def numbered(chosen: Chosen, rows: Iterable[ChosenRow]) -> list[Again]:
    """Rows with their lines in a file of `head` and their records."""
    line = 1 + chosen.records.head.count("\n")
    listed: list[Again] = []
    for row in rows:
        listed.append(Again(line, row.line, row.record))
        line += chosen.records.lines(row.record)
    return listed


def try_rows(chosen: Chosen, contract: Contract) -> Counter[tuple[Reason, Reason | None]]:
    """How many rows that were refused for a reason would be refused again, and for which; None: they would pass."""
    again = numbered(chosen, chosen.rows)
    refused = _refused(chosen, again, contract) if again else {}
    pairs = zip(chosen.rows, again, strict=True)
    return Counter(((row.column, row.code), refused.get(new.by_line)) for row, new in pairs)


def _refused(chosen: Chosen, rows: Sequence[Again], contract: Contract) -> dict[int, Reason]:
    text = (chosen.records.head + "".join(row.record + "\n" for row in rows)).encode()
    planned = chosen.records.plan(io.BytesIO(text), lambda _: None, contract.requested)
    refused: dict[int, Reason] = {}
    for part in planned.parts:
        data = text[part.offset : part.offset + part.length]
        parsed = parse_text(
            data,
            planned.dialect.to_json(),
            contract,
            first_line=part.first_line,
            read=part.read,
            well_quoted=part.well_quoted,
        )
        refused |= {each.line: (each.column, each.code) for each in parsed.rejects}
        typed = contract.apply(parsed.rows, today=datetime.now(UTC).date()).rejects
        columns = (typed.column(name).to_pylist() for name in ("line", "column", "code"))
        refused |= {line: (column, code) for line, column, code in zip(*columns, strict=True)}
    return refused
