"""Celery's own command, for the processes that `sluice` starts: `python -m sluice.cli.celery -A workers.app worker`.

Celery puts the current folder first on the path, where a `tasks.py` of yours would be taken for ours. Here it
stays last.
"""

import sys
from pathlib import Path


def main() -> None:
    """Run Celery's command line with the current folder last on the path."""
    here = str(Path.cwd())
    sys.path[:] = [entry for entry in sys.path if entry not in ("", here)] + [here]
    from celery.__main__ import main as celery

    celery()


if __name__ == "__main__":
    main()
