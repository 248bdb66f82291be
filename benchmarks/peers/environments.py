"""Virtual environments for what Sluice does not need: made on demand, from a lock with hashes, and kept.

An environment is made anew when its lock has changed, and when the last attempt did not end.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.cases.case import Missing
from sluice.embedded.folder import lock

LONGEST_S = 600


def default_folder() -> Path:
    """Below the user's folder for caches."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "sluice-bench"


def python_of(folder: Path, requirements: Path) -> Path:
    """The Python of the environment below `folder` that has what the lock says. Raises Missing if it cannot be made."""
    name = requirements.parent.name
    home = folder / name
    python, ready = home / "bin" / "python", home / "ready"
    digest = hashlib.sha256(requirements.read_bytes()).hexdigest()
    folder.mkdir(parents=True, exist_ok=True)
    descriptor = lock(folder / f"{name}.lock", fcntl.LOCK_EX)
    if descriptor is None:
        raise Missing(f"Another benchmark is making the environment of {name}.")
    try:
        if not (ready.exists() and ready.read_text() == digest):
            _make(home, python, requirements)
            ready.write_text(digest)
    finally:
        os.close(descriptor)
    return python


def _make(home: Path, python: Path, requirements: Path) -> None:
    print(f"making an environment for {requirements.parent.name} (once)", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    _uv("venv", "--python", sys.executable, str(home))
    _uv("pip", "install", "--python", str(python), "--require-hashes", "--requirement", str(requirements))


def _uv(*words: str) -> None:
    command = [sys.executable, "-m", "uv", "--quiet", *words]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)
    except subprocess.TimeoutExpired as error:
        raise Missing(f"Its packages did not install within {LONGEST_S} s.") from error
    if done.returncode:
        print(done.stderr)  # with addresses and folders, which the record must not name
        raise Missing(f"Its packages could not be installed: uv {words[0]} ended with {done.returncode}.")
