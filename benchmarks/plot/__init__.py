"""A picture of a record, drawn by matplotlib in an environment of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.cases import Missing
from benchmarks.peers.environments import python_of

HERE = Path(__file__).resolve().parent


def draw(record: Path, out: Path, environments: Path) -> None:
    """Write the PNG, or say why there is none: the record is there already."""
    try:
        python = python_of(environments, HERE / "requirements.lock")
    except Missing as missing:
        print(f"\nThere is no picture: {missing}")
        return
    command = [str(python), "-P", str(HERE / "picture.py"), str(record), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    print(f"\nThere is no picture:\n{done.stderr}" if done.returncode else f"\nThe picture is {out}.")
