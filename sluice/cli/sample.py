"""`sample`: files with known rows and known faults, and what they hold in expected.json."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from sluice.cli.output import Json, count, emit, things
from sluice.errors import ConfigError

Pipeline = Annotated[str, typer.Argument(help="call_logs", show_default=False)]
Rows = Annotated[int, typer.Option(help="Rows in all files together.")]
Files = Annotated[int, typer.Option(help="Number of files.")]
Dirty = Annotated[float, typer.Option(help="Share of rows with a fault, from 0 to 0.5.")]
Seed = Annotated[int, typer.Option(help="The same seed makes the same files.")]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]


def sample(
    pipeline: Pipeline,
    rows: Rows = 200_000,
    files: Files = 4,
    dirty: Dirty = 0.02,
    seed: Seed = 1,
    out: Out = Path("sample"),
    as_json: Json = False,
) -> None:
    """Write sample files, and expected.json with the books and rejects that loading them must give."""
    if pipeline != "call_logs":
        raise ConfigError(f"There are no samples of {pipeline!r}, only of call_logs.")
    from sluice.samples.call_logs import make_call_logs

    try:
        expected = make_call_logs(out, rows=rows, files=files, dirty=dirty, seed=seed)
    except ValueError as error:
        raise ConfigError(f"--{error}") from error  # it begins with the argument, which is called as the option is
    except OSError as error:
        raise ConfigError(str(error)) from error
    books = {name: expected[name] for name in ("read", "loaded", "duplicate", "rejected")}
    told = ", ".join(f"{count(number)} {name}" for name, number in books.items())
    where = f"{things(files, 'file')} in {out}; loading {'it' if files == 1 else 'them'} gives"
    words = f"{where}: {told}\nnext: sluice run call_logs {shlex.quote(str(out))}"
    facts = {"out": str(out), "files": [str(path) for path in sorted(out.glob("*.csv"))], **books}
    emit(facts, as_json=as_json, human=lambda: print(words))
