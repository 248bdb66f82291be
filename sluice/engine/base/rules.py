"""Rules as messages state them: `must be an integer between 1 and 1,000`."""

from __future__ import annotations


def number_rule(noun: str, low: float | None, high: float | None) -> str:
    """The rule for a number: `noun` is what it is (`an integer`), the limits are included."""
    if low is not None and high is not None:
        return f"must be {noun} between {low:,} and {high:,}"
    if low is not None:
        return f"must be {noun} of at least {low:,}"
    if high is not None:
        return f"must be {noun} of at most {high:,}"
    return f"must be {noun}"
