"""pgloader: the program of that name, from the system's packages (Debian: pgloader), if it is on the PATH."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.cases.case import Missing
from benchmarks.peers.peer import Peer


class PgLoader(Peer):
    """All columns as text, into a table of its own: with types it takes a rejected row out of each batch by trying."""

    name = "pgloader"
    folder = "pgloader"
    own_table = ("bench_pgloader", "calls_wide")
    leaves_out = "types, key, checks, rejects, lineage, repeated keys"

    def prepare(self) -> None:
        if shutil.which("pgloader") is None:
            raise Missing("There is no pgloader on the PATH. Debian has it as pgloader.")

    def version(self) -> str | None:
        done = subprocess.run(["pgloader", "--version"], capture_output=True, text=True, check=False)
        return next(iter(done.stdout.splitlines()), None)

    def _python(self) -> Path:
        return Path(sys.executable)
