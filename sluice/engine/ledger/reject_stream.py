"""Rejects as a stream: through a cursor of the server, so that millions of them need no memory here."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from sluice.engine.database.connection import stream, transaction
from sluice.engine.database.statements import statements

query = statements(__name__)

AT_ONCE = 5_000
Reject = tuple[str, int, str | None, str, str]


def stream_rejects(inputs: Iterable[tuple[int, str]], code: str | None = None) -> Generator[Reject, None, None]:
    """(file, line, column, code, reason) of the rejects of `inputs` (number, file), input by input, by line.

    One transaction from the first to the last of them, however slowly they are taken. Raises DatabaseAway.
    """
    with transaction() as session:
        session.execute("set local idle_in_transaction_session_timeout = 0")
        for number, uri in inputs:
            with stream(session, "rejects") as cursor:
                cursor.itersize = AT_ONCE
                cursor.execute(query("export_rejects"), {"input": number, "code": code})
                for row in cursor:
                    yield (uri, *row)
