"""Checks on typed values, whole columns at a time: `at_least(0)`, `between(0, 86_400)`, `one_of("a", "b")`."""

from __future__ import annotations

from abc import ABC, abstractmethod

import pyarrow as pa

from sluice.engine.types.base import Refused


class Check(ABC):
    """A condition on a column's values. Subclasses are frozen dataclasses, so that `repr` declares them."""

    @abstractmethod
    def refuse(self, values: pa.Array) -> Refused:
        """Which values break the check. Nulls never do: that is what `required` is for."""
