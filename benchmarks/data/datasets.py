"""What is loaded: files, what a right load of them leaves in the table, and the same rows ready for COPY.

What is right is known twice: the samples' own record (rows and sums, written without reading a file) judges the
first load by Sluice; that load's fingerprint of every file then judges all others, value by value.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psycopg2 import sql

from benchmarks.data.made import Write
from sluice.engine.database.connection import transaction
from sluice.engine.declare import LINEAGE, Table
from sluice.errors import SluiceError
from sluice.pipelines import find
from sluice.samples.expected import Sums

Print = tuple[int, int]  # rows, and the sum of their hashes: prints of files add up


class WrongRows(SluiceError):
    """A table does not hold what it should."""


@dataclass
class Dataset:
    """Files for one pipeline. `limit_of` names the dataset whose limit this one is measured by, if any.

    It is measured without being named where it is `usual`. Where it is `untouched`, nothing was ever loaded into its
    table: workers warm up with another.
    """

    name: str
    pipeline: str
    folder: Path
    write: Write
    rows: int
    files_wanted: int
    limit_of: str = ""
    usual: bool = True
    untouched: bool = False
    read: int = 0
    loaded: int = 0
    sums: Sums = field(default_factory=lambda: Sums(call_cost_usd="", call_duration_s=0))
    prints: dict[Path, Print] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.csv"))

    @property
    def table(self) -> Table:
        return find(self.pipeline).flows[0].table

    @property
    def columns(self) -> list[str]:
        """All columns that are written, lineage included."""
        return [*(column.name for column in self.table.columns), *LINEAGE]

    def ready(self, file: Path) -> Path:
        """The rows of a file in the table's own text form."""
        return file.with_suffix(".copy")

    def make(self) -> None:
        """Write the files."""
        self.remove()
        self.read = self.rows
        self.loaded, self.sums = self.write(self.folder, self.rows, self.files_wanted)

    def remove(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def learn(self) -> None:
        """From a first load: check it, and note its fingerprints. Raises WrongRows."""
        statement = sql.SQL("select count(*), sum(call_cost_usd)::text, sum(call_duration_s) from {table}")
        found = self._rows_of(statement)[0]
        planted = (self.loaded, self.sums["call_cost_usd"], self.sums["call_duration_s"])
        if found != planted:
            raise WrongRows(f"{self.name}: the table holds {found}, and the sample was written with {planted}.")
        each = sql.SQL("select i.uri, {print} from {table} t join sluice.input i on i.id = t._input_id group by 1")
        self.prints = {Path(uri): (rows, int(print_)) for uri, rows, print_ in self._rows_of(each)}

    def dump(self) -> None:
        """Write the loaded rows of every file as COPY text, in the file's order."""
        rows = sql.SQL(
            "copy (select {columns} from {table} join sluice.input i on i.id = _input_id"
            " where i.uri = {uri} order by _line) to stdout"
        )
        with transaction() as cursor:
            for file in self.files:
                filled = self._fill(rows, uri=sql.Literal(str(file)))
                with self.ready(file).open("wb") as out:
                    cursor.copy_expert(filled.as_string(cursor), out)

    def check(self, files: Sequence[Path]) -> None:
        """Whether the table holds exactly the rows of these files, value by value. Raises WrongRows."""
        rows, print_ = self._rows_of(sql.SQL("select {print} from {table} t"))[0]
        wanted = [sum(numbers) for numbers in zip(*(self.prints[file] for file in files), strict=True)]
        if [rows, int(print_ or 0)] != wanted:
            same = "with other values" if rows == wanted[0] else f"of {wanted[0]:,}"
            raise WrongRows(f"{self.name}: the table holds {rows:,} rows {same}.")

    def _rows_of(self, statement: sql.SQL) -> list[tuple[Any, ...]]:
        with transaction() as cursor:
            cursor.execute(self._fill(statement))
            return cursor.fetchall()

    def _fill(self, statement: sql.SQL, **more: sql.Composable) -> sql.Composed:
        names = [column.name for column in self.table.columns]
        values = sql.SQL(", ").join(sql.Identifier("t", name) for name in names)
        print_ = sql.SQL("count(*), sum(hashtextextended(row({})::text, 0))").format(values)
        return statement.format(
            **more,
            print=print_,
            table=sql.Identifier(self.table.name),
            columns=sql.SQL(", ").join(map(sql.Identifier, self.columns)),
        )
