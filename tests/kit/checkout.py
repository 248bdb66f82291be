"""What is in the checkout: no test may leave anything there."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHES = {"__pycache__", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache"}


def entries() -> set[str]:
    """The names at the top of the checkout, but for caches of tools."""
    return {each.name for each in ROOT.iterdir()} - CACHES


def untracked() -> set[str]:
    """Files of the checkout that git does not know and does not ignore; empty where there is no git."""
    try:
        told = subprocess.run(
            ["git", "ls-files", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            check=True,
            text=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return set()
    return {name for name in told.stdout.split("\0") if name}
