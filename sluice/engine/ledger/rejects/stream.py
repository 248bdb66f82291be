"""Rejects as a stream: through a cursor of the server, so that millions of them need no memory here."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import NamedTuple

from sluice.engine.database.connection import stream, transaction
from sluice.engine.database.statements import statements

query = statements(__name__)

AT_ONCE = 5_000


class StreamedReject(NamedTuple):
    """A reject: `other_input`, `other_line` and `other_file` are of the row that the reason refers to, if it does."""

    file: str
    line: int
    column: str | None
    code: str
    reason: str
    other_input: int | None = None
    other_line: int | None = None
    other_file: str | None = None


def stream_rejects(
    inputs: Iterable[tuple[int, str]], code: str | None = None, column: str | None = None, *, only_open: bool = False
) -> Generator[StreamedReject, None, None]:
    """The rejects of `inputs` (number, file), input by input, by line; with `only_open` without dismissed ones.

    One transaction from the first to the last of them, however slowly the caller reads. Raises DatabaseAway.
    """
    with transaction() as session:
        session.execute("set local idle_in_transaction_session_timeout = 0")
        for number, uri in inputs:
            with stream(session, "rejects") as cursor:
                cursor.itersize = AT_ONCE
                cursor.execute(
                    query("export_rejects"), {"input": number, "code": code, "column": column, "only_open": only_open}
                )
                for row in cursor:
                    yield StreamedReject(uri, *row)
