"""`check`: pipeline files, without servers: every mistake with its line, and the examples that they declare."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.addresses import near
from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, things, tint
from sluice.engine.storage.address import printable_lines
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.check.files import Checked

Files = Annotated[
    list[str] | None,
    typer.Argument(metavar="[FILE]...", help="Pipeline files, or folders of them.", show_default="SLUICE_PIPELINES"),
]


def check(files: Files = None, as_json: Json = False) -> None:
    """Check pipeline files without servers: all mistakes, with file and line, and the examples in `tests=`.

    Ends with 2 if there is a mistake or an example that does not hold.
    """
    from sluice.engine.check.files import named_files
    from sluice.pipelines import own_folders

    named = files or [str(folder) for folder in own_folders()]
    if not named:
        raise ConfigError("Nothing to check: name pipeline files, or their folders in SLUICE_PIPELINES.")
    checked = _checked(named_files(named))
    wrong = sum(len(each.mistakes) + len(each.failed) for each in checked)
    facts = {"files": [_facts(each) for each in checked], "mistakes": wrong}
    emit(facts, as_json=as_json, human=lambda: _print(checked))
    if wrong:
        raise typer.Exit(Exit.USAGE)


def _checked(files: list[Path]) -> list[Checked]:
    """Files of SLUICE_PIPELINES are checked with all others there: one may have the same name, or be named by After."""
    from sluice.engine.check.files import check_files, named_files
    from sluice.pipelines import examples, own_folders

    own: list[Path] = []
    for folder in own_folders():
        with suppress(ConfigError):  # it has no file
            own += named_files([str(folder)])
    if not set(files) <= set(own):
        return check_files(files)
    return [each for each in check_files(own, examples()) if each.file in files]


def _facts(each: Checked) -> dict[str, Any]:
    facts = asdict(each) | {"file": str(each.file)}
    return facts | {name: [mistake._asdict() for mistake in getattr(each, name)] for name in ("mistakes", "failed")}


def _print(checked: list[Checked]) -> None:
    """A line for each file that is right, and for each mistake; then how many there are."""
    for each in checked:
        for mistake in (*each.mistakes, *each.failed):
            print(f"{tint('wrong:', 'red')} {near(mistake.place)}: {printable_lines(mistake.sentence)}")
        for sentence in each.warnings:
            print(f"{tint('note:', 'yellow')} {near(str(each.file))}: {printable_lines(sentence)}")
        if not each.mistakes and not each.failed:
            examples = f", {things(each.examples, 'example')} hold" if each.examples else ""
            print(f"{tint('right:', 'green')} {near(str(each.file))}: {each.pipeline}{examples}")
    mistakes, failed = (sum(len(getattr(each, name)) for each in checked) for name in ("mistakes", "failed"))
    held = f", {things(failed, 'example')} of them" if failed else ""
    print(f"\n{things(len(checked), 'pipeline file')}, {things(mistakes + failed, 'mistake')}{held}")
