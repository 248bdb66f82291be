"""How to get `sluice` on the PATH, for commands that are printed to be typed next."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from sluice.cli.addresses import near


def activation() -> Iterator[tuple[str, str]]:
    """A command that puts `sluice` on the PATH, and what it does; nothing where it is there.

    `make demo` starts it without the environment being active.
    """
    if shutil.which("sluice") is not None:
        return
    programs = Path(sys.executable).parent  # not resolved: that would be the Python of the system
    if (programs / "activate").is_file():
        command = f"source {shlex.quote(near(str(programs / 'activate')))}"
    elif os.access(programs / "sluice", os.X_OK):
        command = f'export PATH={shlex.quote(str(programs))}:"$PATH"'
    else:
        command = f'sluice() {{ {shlex.quote(sys.executable)} -m sluice "$@"; }}'
    yield command, "once in this terminal: then `sluice` is found"


def activated() -> str:
    """The same before a command on one line: `source .venv/bin/activate && `, or nothing."""
    return "".join(f"{command} && " for command, _ in activation())
