"""`check`: pipeline files, without servers: every mistake with its line, and the examples that they declare."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.addresses import near
from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, things, tint
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
    from sluice.engine.check.files import check_files, named_files
    from sluice.pipelines import all_pipelines, own_folders

    named = files or [str(folder) for folder in own_folders()]
    if not named:
        raise ConfigError("Nothing to check: name pipeline files, or their folders in SLUICE_PIPELINES.")
    checked = check_files(named_files(named), None if files else all_pipelines())
    wrong = sum(len(each.mistakes) + len(each.failed) for each in checked)
    facts = {"files": [_facts(each) for each in checked], "mistakes": wrong}
    emit(facts, as_json=as_json, human=lambda: _print(checked))
    if wrong:
        raise typer.Exit(Exit.USAGE)


def _facts(each: Checked) -> dict[str, Any]:
    facts = asdict(each) | {"file": str(each.file)}
    return facts | {name: [mistake._asdict() for mistake in getattr(each, name)] for name in ("mistakes", "failed")}


def _print(checked: list[Checked]) -> None:
    """A line for each file that is right, and for each mistake; then how many there are."""
    for each in checked:
        for mistake in (*each.mistakes, *each.failed):
            print(f"{tint('wrong:', 'red')} {near(mistake.place)}: {mistake.sentence}")
        for sentence in each.warnings:
            print(f"{tint('note:', 'yellow')} {near(str(each.file))}: {sentence}")
        if not each.mistakes and not each.failed:
            examples = f", {things(each.examples, 'example')} hold" if each.examples else ""
            print(f"{tint('right:', 'green')} {near(str(each.file))}: {each.pipeline}{examples}")
    mistakes, failed = (sum(len(getattr(each, name)) for each in checked) for name in ("mistakes", "failed"))
    held = f", {things(failed, 'example')} of them" if failed else ""
    print(f"\n{things(len(checked), 'pipeline file')}, {things(mistakes + failed, 'mistake')}{held}")
