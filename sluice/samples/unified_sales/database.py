"""`source_database`: products and transactions in a database of their own, which one role may read and none may write.

It is on an existing server, as long as the block lasts.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.samples.unified_sales.sample import PRODUCTS, TRANSACTIONS

DATABASE = "unified_sales_source"
READER = "unified_sales_reader"
FILES = {"products": PRODUCTS, "transactions": TRANSACTIONS}
NAMES = {"database": sql.Identifier(DATABASE), "reader": sql.Identifier(READER)}


@contextmanager
def source_database(admin_url: str, folder: Path) -> Iterator[str]:
    """Load the sample in `folder` into a database on the server of `admin_url`, and give the URL of its reader.

    The database and the role are new, and are dropped afterwards. Raises psycopg2.Error, for example when the role of
    `admin_url` may not create databases and roles.
    """
    password = secrets.token_urlsafe(18)
    admin = urlsplit(admin_url)
    _remove(admin_url)
    try:
        with _connected(admin_url) as cursor:
            _execute(cursor, "create_database")
            _execute(cursor, "create_reader", password=password)
            _execute(cursor, "close_to_others")
            _execute(cursor, "let_reader_in")
        with _connected(urlunsplit(admin._replace(path=f"/{DATABASE}"))) as cursor:
            _fill(cursor, folder)
        yield urlunsplit(admin._replace(path=f"/{DATABASE}", netloc=f"{READER}:{password}@{_place(admin)}"))
    finally:
        with suppress(psycopg2.OperationalError):  # a server that is away takes it along, or the next one finds it
            _remove(admin_url)


def _place(url: SplitResult) -> str:
    return url.netloc.rpartition("@")[2]


def _remove(admin_url: str) -> None:
    with _connected(admin_url) as cursor:
        _execute(cursor, "drop_database")
        _execute(cursor, "drop_reader")


def _fill(cursor: Cursor, folder: Path) -> None:
    # read alike whatever the server and the role say, and in one transaction: a pooler may share the connection
    cursor.execute("begin; set local timezone = 'UTC'; set local datestyle = 'ISO, MDY'")
    for table, name in FILES.items():
        _execute(cursor, f"make_{table}")
        with (folder / name).open(encoding="utf-8") as file:
            cursor.copy_expert(_statement("copy").format(table=sql.Identifier(table)), file)
    _execute(cursor, "let_reader_read")
    cursor.execute("commit")


@contextmanager
def _connected(url: str) -> Iterator[Cursor]:
    """A cursor whose every statement commits: a database cannot be made within a transaction."""
    with closing(
        psycopg2.connect(url, connect_timeout=5, client_encoding="UTF8", application_name="sluice sample")
    ) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            yield cursor


def _execute(cursor: Cursor, name: str, **values: str) -> None:
    cursor.execute(_statement(name).format(**NAMES), values or None)


def _statement(name: str) -> sql.SQL:
    return sql.SQL((Path(__file__).parent / "sql" / f"{name}.sql").read_text(encoding="utf-8"))
