"""Celery's own command, for the processes that `sluice` starts: `python -m sluice.cli.celery -A sluice.app worker`.

Celery puts the current folder first on the path, where a `tasks.py` of yours would be taken for ours. Here our
packages come before it, and it stays last.
"""

import sys
from pathlib import Path


def main() -> None:
    """Run Celery's command line with the current folder last on the path."""
    here, ours = str(Path.cwd()), str(Path(__file__).resolve().parents[2])
    path = [entry for entry in sys.path if entry not in ("", here)]
    # Named even where an editable installation would find it: that one is asked after every folder of the path.
    sys.path[:] = [*path, *(entry for entry in (ours, here) if entry not in path)]
    from celery.__main__ import main as celery

    celery()


if __name__ == "__main__":
    main()
