"""How long tests with made-up inputs and made-up histories go on, and whether they are the same ones each time.

`make test` tries few, and the same ones each time: it fails for a change, never by chance. `make test-long` sets
SLUICE_TEST_LONG: it tries many, and others each time, which finds what nobody has thought of.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

LONG = bool(os.environ.get("SLUICE_TEST_LONG"))
# a machine that is busy is slow, which says nothing about the code
_ALWAYS = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("few", max_examples=60, derandomize=True, **_ALWAYS)
settings.register_profile("many", max_examples=400, print_blob=True, **_ALWAYS)


def examples(many: int) -> int:
    """How many inputs to make up, where `many` are right for a long run: a sixth of them otherwise, but 25."""
    return many if LONG else min(many, max(25, many // 6))


def choose() -> None:
    """Let Hypothesis go on for as long as this run may."""
    settings.load_profile("many" if LONG else "few")
