"""`export`: tables as CSV or Parquet files, for other programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Self

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import Json, count, fail, print_object, say, things
from sluice.cli.spreadsheet import STDOUT, refuse_json_on
from sluice.errors import ConfigError, SluiceError
from sluice.workers.supervisor import stop_signals

if TYPE_CHECKING:
    from sluice.engine.declare import Pipeline as Declared
    from sluice.engine.export import ExportedFile, ExportRequest, Form
    from sluice.engine.ledger.facts import RunStatus


class Format(StrEnum):
    """The formats of exported files."""

    csv = "csv"
    parquet = "parquet"


Table = Annotated[
    str | None, typer.Argument(metavar="[TABLE]", help="A table that a pipeline loads or derives.", show_default=False)
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FILE|FOLDER|-",
        help="Where to: a file, s3://bucket/name, - for standard output; with --pipeline a folder or s3://bucket/prefix.",
        show_default=False,
    ),
]
OfPipeline = Annotated[
    str | None, typer.Option("--pipeline", help="All tables that this pipeline derives.", show_default=False)
]
AsFormat = Annotated[
    Format | None, typer.Option("--format", help="Format of the files.", show_default="by the name of FILE, else csv")
]
Columns = Annotated[
    str | None, typer.Option("--columns", metavar="A,B,...", help="Only these, in this order.", show_default="all")
]
Compress = Annotated[bool, typer.Option("--compress", help="gzip for CSV; Zstandard inside Parquet.")]
ExportTo = Annotated[
    str | None,
    typer.Option(
        "--export",
        metavar="FOLDER",
        help="After the run has succeeded, write each derived table to a file there; or s3://bucket/prefix.",
        show_default=False,
    ),
]
Ordered = Annotated[
    bool, typer.Option("--ordered", help="Sort by the table's key; without it, rows come in storage order.")
]


def export(
    table: Table = None,
    *,
    to: To,
    pipeline: OfPipeline = None,
    format: AsFormat = None,  # noqa: A002 - it is the option's name
    columns: Columns = None,
    compress: Compress = False,
    ordered: Ordered = False,
    as_json: Json = False,
) -> None:
    """Write a table, or all derived tables of a pipeline, to CSV or Parquet files, from one snapshot.

    A file appears when it is complete, and replaces an older one.
    """
    from sluice.engine.export import Form, export_noted

    if (table is None) == (pipeline is None):
        raise ConfigError("Give one table, or --pipeline with a folder: sluice export TABLE --to FILE.")
    refuse_json_on(to, "--to", as_json=as_json)
    form = Form((format or _format_by_name(to)).value, compress, ordered)
    if table is not None:
        wanted = [_one(table, to, columns)]
    elif columns is None:
        wanted = derived_to(_declared(pipeline or ""), to, form)
    else:
        raise ConfigError("--columns needs one table; it cannot be used with --pipeline.")
    with stop_signals():
        print_exported(export_noted(wanted, form, _personal(), say), as_json=as_json)


@dataclass(frozen=True)
class Afterwards:
    """The exports of a run, written after it has succeeded."""

    wanted: list[ExportRequest]
    form: Form

    @classmethod
    def of(cls, pipeline: Declared, folder: str | None, format: Format | None) -> Self | None:  # noqa: A002
        """Check the options before the run begins. Raises ConfigError."""
        from sluice.engine.export import Form

        if folder is None:
            if format is not None:
                raise ConfigError("--format needs --export FOLDER.")
            return None
        form = Form((format or Format.csv).value)
        return cls(derived_to(pipeline, folder, form), form)

    def export(self, status: RunStatus, *, as_json: bool) -> list[ExportedFile]:
        """Write it. Prints why and raises typer.Exit when it cannot be written: the run stays done."""
        from sluice.engine.export import export_noted

        try:
            return export_noted(self.wanted, self.form, _personal(), say)
        except SluiceError as error:
            what = f"Run {status.run} is done, but its tables were not written: {error}"
            fail(type(error).__name__, what, as_json=as_json, **(status.json() | {"exports": []}))
            raise typer.Exit(Exit.FAILED) from error


def derived_to(pipeline: Declared, folder: str, form: Form) -> list[ExportRequest]:
    """Each derived table as a file of its name in a folder, which is made, or below a prefix.

    Raises ConfigError for a pipeline without derived tables, or a folder that cannot be made.
    """
    from sluice.engine.export import ExportRequest, derived_tables
    from sluice.engine.storage import is_remote, join

    tables = derived_tables(pipeline)
    if folder == STDOUT:
        raise ConfigError("Several tables cannot be written to standard output: give a folder.")
    if not is_remote(folder):
        try:
            Path(join(folder, "")).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    return [ExportRequest(table, key, join(folder, form.file_name(table))) for table, key in tables.items()]


def print_exported(exported: list[ExportedFile], *, as_json: bool) -> None:
    """One line for each file on stderr, because standard output may be a file; or one object."""
    if as_json:
        print_object({"exports": facts_of(exported)})
        return
    for each in exported:
        where = "standard output" if each.to == STDOUT else each.to
        size = f"{count(each.bytes)} bytes in {each.seconds:.1f} s"
        say(f"{each.table}: {things(each.rows, 'row')}, {size}, written to {where}")


def facts_of(exported: list[ExportedFile]) -> list[dict[str, Any]]:
    """As programs get it: table, to, format, rows, bytes, sha256, seconds."""
    return [asdict(each) for each in exported]


def _one(table: str, to: str, columns: str | None) -> ExportRequest:
    from sluice.engine.export import ExportRequest, find_table
    from sluice.pipelines import known_declared

    key = find_table((each.pipeline for each in known_declared().values()), table)
    names = tuple(name.strip() for name in columns.split(",")) if columns is not None else ()
    return ExportRequest(table, key, to, names)


def _personal() -> dict[str, list[str]]:
    from sluice.engine.export import personal_columns
    from sluice.pipelines import known_declared

    return personal_columns(each.pipeline for each in known_declared().values())


def _declared(name: str) -> Declared:
    from sluice.pipelines import find

    return find(name)


def _format_by_name(to: str) -> Format:
    return Format.parquet if to.endswith((".parquet", ".pq")) else Format.csv
