"""A run of a client: only files below the inbox, and the inbox's address is never shown."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import psycopg2

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import drop_connection
from sluice.engine.storage import is_remote
from sluice.errors import ConfigError, NotHere, TransientError
from sluice.web.http.problems import InvalidParameter, Problem

_PATTERN = frozenset("*?[]")


def queue_run(pipeline: str, files: Sequence[str], as_of: date | None, *, allow_future: bool = False) -> int:
    """Register the run and queue it; returns its id.

    Raises Problem: 422 for an invalid run, 503 when a server is away or the ledger does not exist.
    """
    from sluice.client.enqueue import enqueue
    from sluice.pipelines import all_pipelines

    if pipeline not in all_pipelines():
        raise InvalidParameter("pipeline", f"known are {', '.join(sorted(all_pipelines()))}", "body")
    paths = [_below_inbox(each) for each in files]
    try:
        return enqueue(pipeline, paths, as_of=as_of, allow_future=allow_future).id
    except ConfigError as error:
        if isinstance(error.__cause__, psycopg2.Error):
            raise Problem(503, "not_granted", "The ledger is not there, or the API may not write to it.") from error
        raise Problem(422, "cannot_run", _without_inbox(str(error))) from error
    except (TransientError, NotHere) as error:
        detail = "A server that the run needs does not answer: try again."
        raise Problem(503, "server_away", detail, headers={"Retry-After": "5"}) from error
    finally:
        drop_connection()  # of this thread: the next request is another one's


def shown_prefix(inbox: str) -> str:
    """How the addresses of inputs below the inbox begin."""
    top = inbox.rstrip("/") if is_remote(inbox) else os.path.realpath(inbox)
    return f"{top}/"


def _below_inbox(name: str) -> str:
    """The address of a file of the inbox. Raises InvalidParameter for a path outside it, or without a file."""
    inbox = settings().inbox
    parts = name.split("/")
    if name.startswith(("/", "~")) or "\\" in name or "//" in name or {"", ".", ".."} & set(parts):
        raise InvalidParameter("files", "each must be a path below the inbox, folder/name.csv, without ..", "body")
    if _PATTERN & set(name) or "::" in name or not name.isprintable():
        raise InvalidParameter("files", "each must name one file, not a pattern or a member of an archive", "body")
    if is_remote(inbox):
        return shown_prefix(inbox) + name
    path = Path(os.path.realpath(Path(inbox) / name))
    if not path.is_relative_to(os.path.realpath(inbox)) or not path.is_file():
        raise InvalidParameter("files", "there is no such file in the inbox", "body")
    return str(path)


def _without_inbox(text: str) -> str:
    return text.replace(shown_prefix(settings().inbox), "")
