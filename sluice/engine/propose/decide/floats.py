"""Measured numbers: those of which some have an exponent."""

from __future__ import annotations

import re

from sluice.engine.propose.decide.reading import Decision, Reading
from sluice.engine.propose.evidence.column import ColumnEvidence
from sluice.engine.types import Float

_NUMBER = r"[+-]?(?:[09]+(?:{point}[09]*)?|{point}[09]+)(?:[Aa][+-]?[09]+)?"


def floats(evidence: ColumnEvidence) -> Decision | None:
    """The proposal, if numbers have exponents, with the decimal mark that reads the most cells."""
    if {mark for mark, _, _ in evidence.exponents} - {"e", "E"} or not evidence.exponents.total:
        return None
    return max((_with_point(evidence, point) for point in ".,"), key=lambda each: each.fits)


def _with_point(evidence: ColumnEvidence, point: str) -> Decision:
    number = re.compile(_NUMBER.replace("{point}", re.escape(point)))
    fits = sum(count for shape, count, _ in evidence.shapes if number.fullmatch(shape))
    return Decision((Reading(Float(point)),), fits, (f"{evidence.exponents.total:,} with an exponent",), exact=False)
