"""The libraries whose versions matter: those that passed the tests with Redis and worker failures."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import version

from sluice.engine.doctor.finding import Finding, judge, ok, safely
from sluice.version import __version__

KNOWN_GOOD = {"celery": "5.6.3", "kombu": "5.7.", "redis": "8.1."}


def look_at_versions() -> Iterator[Finding]:
    """The versions of Sluice, Python, and Celery with its libraries."""
    yield ok("Sluice", f"{__version__} on Python {platform.python_version()}")
    yield from safely("libraries", _libraries)


def _libraries() -> Iterator[Finding]:
    versions = {name: version(name) for name in KNOWN_GOOD}
    good = all(versions[name].startswith(known) for name, known in KNOWN_GOOD.items())
    yield judge(
        "libraries",
        good,
        ", ".join(f"{name} {number}" for name, number in versions.items()),
        todo="Tested: celery 5.6.3, kombu 5.7, redis 8.1; a worker with celery 5.7.0 may exit when Redis is away.",
    )
