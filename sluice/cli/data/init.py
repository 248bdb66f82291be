"""`init`: a pipeline's file proposed from files that nobody has described, with its evidence."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.activation import activated
from sluice.cli.addresses import near, typed
from sluice.cli.data.evidence import facts_of, print_evidence
from sluice.cli.output import Json, count, emit, say
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.propose import Group, Verified

Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Files, folders or quoted patterns.", show_default=False)
]
As = Annotated[
    str | None, typer.Option("--as", metavar="NAME", help="Name of the pipeline.", show_default="from the first file")
]
Table = Annotated[str | None, typer.Option(help="Name of the table.", show_default="the pipeline's")]
Out = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="File to write.",
        show_default="NAME.py in the first folder of SLUICE_PIPELINES, or pipelines/",
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")]
Encoding = Annotated[
    str | None, typer.Option(help="Encoding of the files, e.g. cp1251.", show_default="found from their bytes")
]
Delimiter = Annotated[str | None, typer.Option(help="Delimiter of CSV files.", show_default="found")]
Header = Annotated[
    bool | None, typer.Option("--header/--no-header", help="Whether the files have a header.", show_default="found")
]
Sheet = Annotated[str | None, typer.Option(help="Sheet of workbooks.", show_default="the only one with cells")]
_SAY_S = 5.0


def init(
    files: Files,
    *,
    name: As = None,
    table: Table = None,
    out: Out = None,
    force: Force = False,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    header: Header = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Propose a pipeline's file from files, with the evidence. Every row is read once; nothing is loaded.

    Where two readings fit every row, both are written as comments, and the pipeline cannot be used until one is chosen.
    """
    from sluice.engine.propose import Options, file_text, propose, verify
    from sluice.engine.propose.decide.names import name_of_file
    from sluice.engine.sources.files.resolve import resolve

    uris = resolve(files, ["*"])
    name = name if name is not None else name_of_file(_stem(uris[0]))
    path = _path(name, out)
    _check(name, table, path, force=force)
    groups = propose(uris, Options(encoding, delimiter, header, sheet), _Progress().tick)
    tables = list(_tables(name, table, groups))
    verified = verify(file_text(name, groups, tables, resolved=True), groups)
    text = file_text(name, groups, tables)
    _check(name, table, path, force=force)
    _write(path, text, anew=out is None)
    facts = facts_of(name, path, text, groups, tables, verified)
    emit(facts, as_json=as_json, human=lambda: _print(name, path, files, groups, tables, verified))


def _stem(uri: str) -> str:
    from sluice.engine.storage import split_member

    archive, member = split_member(uri)
    return PurePath(member or archive).name


def _path(name: str, out: Path | None) -> Path:
    from sluice.pipelines import own_folders

    if out is not None:
        return out
    folders = own_folders()
    return (folders[0] if folders else Path("pipelines")) / f"{name}.py"


def _check(name: str, table: str | None, path: Path, *, force: bool) -> None:
    """Raise ConfigError for names that cannot be used, and for a file that is there."""
    from sluice.engine.declare.names import check_identifier, check_table
    from sluice.pipelines import all_declared

    check_identifier("Pipeline", name)
    check_table("Table", table if table is not None else name)
    if path.exists() and not force:
        raise ConfigError(f"{near(str(path))} exists, and is not replaced: pass --force, or another name with --as.")
    known = all_declared().get(name)
    if known is not None and known.path is not None and known.path.resolve() != path.resolve():
        raise ConfigError(
            f"{near(str(known.path))} declares the pipeline {name!r} already: give another name with --as."
        )


def _tables(name: str, table: str | None, groups: Sequence[Group]) -> Iterator[str]:
    """The name of each table: that of the pipeline, or of several those of their files."""
    from sluice.engine.propose.decide.names import name_of_file

    if len(groups) > 1 and table is not None:
        raise ConfigError(
            f"The files have {len(groups)} different sets of columns, for as many tables: leave out --table."
        )
    taken: set[str] = set()
    for group in groups:
        base = table or (name if len(groups) == 1 else name_of_file(_stem(group.first.uri)))
        own, number = base, 1
        while own in taken:
            number += 1
            own = f"{base}_{number}"
        taken.add(own)
        yield own


def _write(path: Path, text: str, *, anew: bool) -> None:
    from sluice.engine.base.whole_file import whole_file

    if anew and not path.parent.exists():
        try:
            path.parent.mkdir(mode=0o755)
        except OSError as error:
            raise ConfigError(f"The folder {path.parent} cannot be made: {error.strerror}.") from error
    with whole_file(path) as file:
        file.write(text.encode())


class _Progress:
    """Says every few seconds how many rows were read."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def tick(self, rows: int) -> None:
        if time.monotonic() - self._last > _SAY_S:
            self._last = time.monotonic()
            say(f"{count(rows)} rows read ...")


def _print(
    name: str,
    path: Path,
    files: Sequence[str],
    groups: Sequence[Group],
    tables: Sequence[str],
    verified: Sequence[Verified],
) -> None:
    for group, table, tried in zip(groups, tables, verified, strict=True):
        print_evidence(group, table, tried)
    print(f"written to {near(str(path))}")
    words = " ".join(map(typed, files))
    print("next:")
    for line in _next(name, path, words, still_open=any(group.open for group in groups)):
        print(f"  {line}")


def _next(name: str, path: Path, words: str, *, still_open: bool) -> Iterator[str]:
    """The commands to type."""
    from sluice.cli.main import COMMANDS
    from sluice.pipelines import own_folders

    if path.resolve().parent not in [folder.resolve() for folder in own_folders()]:
        yield f"export SLUICE_PIPELINES={shlex.quote(str(path.resolve().parent))}"
    if still_open:
        yield f"choose in {near(str(path))}, where it says Choose(...): until then `sluice run {name}` refuses it"
    commands = [command.name for command in COMMANDS if command.name == "preview"]
    for command in (*commands, "run"):
        yield f"{activated()}sluice {command} {name} {words}"
