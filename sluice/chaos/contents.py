"""What a load left behind: the rows of each table, its rejects and its books, as text, and a checksum of the tables."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.declare import Pipeline
from sluice.engine.tables.catalog import table_identifier

query = statements(__name__)
BOOKS = ("read", "loaded", "updated", "unchanged", "duplicate", "rejected", "contested")
REJECTS_HEAD = ("file", "line", "code")
BOOKS_HEAD = ("source", "file", "run", "input", *BOOKS)
BOOKS_KEY = 2


@dataclass(frozen=True)
class Listing:
    """Rows as PostgreSQL's COPY writes them, one text for each value, in any order; the first `key` columns are the
    key. `source` is what the table is loaded from, if it is loaded."""

    name: str
    head: Sequence[str]
    key: int
    rows: Sequence[tuple[str, ...]]
    source: str | None = None


@dataclass(frozen=True)
class Contents:
    """What a load left behind."""

    tables: Sequence[Listing]
    rejects: Listing
    books: Listing

    def checksum(self) -> str:
        """16 hexadecimal digits over the rows of all tables; the order of rows does not matter."""
        digest = hashlib.blake2b(digest_size=8)
        for listing in self.tables:
            digest.update(f"{listing.name} {len(listing.rows)}\n".encode())
            for row in sorted(listing.rows):
                digest.update(("\t".join(row) + "\n").encode())
        return digest.hexdigest()

    def listings(self) -> list[Listing]:
        """All that is compared."""
        return [*self.tables, self.rejects, self.books]

    def books_by_source(self) -> dict[str, dict[str, int]]:
        """The counts of each source, over all its files."""
        first, found = len(BOOKS_HEAD) - len(BOOKS), dict[str, dict[str, int]]()
        for row in sorted(self.books.rows):
            counts = found.setdefault(row[0], dict.fromkeys(BOOKS, 0))
            for name, count in zip(BOOKS, row[first:], strict=True):
                counts[name] += int(count)
        return found

    def write(self, folder: Path) -> None:
        """Write each listing to a file of its name, sorted: two loads can be compared by `diff`."""
        folder.mkdir(parents=True, exist_ok=True)
        for listing in self.listings():
            lines = ["\t".join(row) + "\n" for row in (tuple(listing.head), *sorted(listing.rows))]
            (folder / f"{listing.name}.tsv").write_text("".join(lines), encoding="utf-8", newline="\n")


def read_contents(pipeline: Pipeline) -> Contents:
    """Read what is in the database of this process, from one snapshot of it."""
    with transaction() as cursor:
        cursor.execute("set transaction isolation level repeatable read")
        tables = list(_tables(cursor, pipeline))
        rejects = _copied(cursor, "rejects", REJECTS_HEAD, len(REJECTS_HEAD), sql.SQL(query("copy_rejects")))
        books = _copied(cursor, "books", BOOKS_HEAD, BOOKS_KEY, sql.SQL(query("copy_books")))
    return Contents(tables, rejects, books)


def _tables(cursor: Cursor, pipeline: Pipeline) -> Iterator[Listing]:
    """The listing of each table, without lineage and times of builds."""
    for flow in pipeline.flows:
        loaded = flow.table
        columns = [*(each.name for each in loaded.columns), *(each.name for each in loaded.generated)]
        # a row without a key is known by its values
        yield _table(cursor, loaded.name, columns if loaded.key is None else loaded.key, columns, flow.source.name)
    for derived in pipeline.derived:
        yield _table(cursor, derived.name, derived.key, list(derived.columns), None)


def _table(cursor: Cursor, name: str, key: Sequence[str], columns: list[str], source: str | None) -> Listing:
    head = [*key, *(column for column in columns if column not in key)]
    statement = sql.SQL(query("copy_table")).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, head)), table=table_identifier(name)
    )
    return replace(_copied(cursor, name, head, len(key), statement), source=source)


def _copied(cursor: Cursor, name: str, head: Sequence[str], key: int, statement: sql.Composable) -> Listing:
    sink = io.StringIO()
    cursor.copy_expert(statement.as_string(cursor), sink)
    # COPY writes a line break in a value as \n: each line is a row
    return Listing(name, head, key, [tuple(line.split("\t")) for line in sink.getvalue().split("\n")[:-1]])
