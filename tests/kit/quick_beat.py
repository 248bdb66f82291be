"""Sluice's beat, which checks schedules each second rather than each minute. Argument: its schedule file."""

from __future__ import annotations

import sys

from sluice.workers import beat

EVERY_S = 1.0


def main() -> None:
    """Run beat until a signal."""
    beat.app.conf.beat_schedule["check-schedules"]["schedule"] = EVERY_S
    beat.app.conf.beat_max_loop_interval = EVERY_S
    beat.app.start(["beat", "--schedule", sys.argv[1], "--loglevel", "INFO"])


if __name__ == "__main__":
    main()
