"""Celery's own command, for the processes that `sluice` starts.

As `python -P -m sluice.cli.servers.celery -A sluice.app worker`.

Celery puts the current folder first on the path while it looks for the app, so the app is imported before.
"""

import sluice.app  # noqa: F401 - that is what this module is for


def main() -> None:
    """Run Celery's command line."""
    from celery.__main__ import main as celery

    celery()


if __name__ == "__main__":
    main()
