"""The limit of rejects above which nothing of an input is loaded: `--max-rejects 100` or `--max-rejects 2%`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from sluice.errors import ConfigError


@dataclass(frozen=True)
class RejectLimit:
    """A number of rows, or a share (percent) of an input's rows."""

    text: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"\d{1,12}|\d{1,3}(\.\d{1,6})?%", self.text) or (self._percent or 0) > 100:
            raise ConfigError(f"--max-rejects {self.text!r}: give a number of rows, or a share such as 2% or 0.5%.")

    @property
    def _percent(self) -> Decimal | None:
        return Decimal(self.text[:-1]) if self.text.endswith("%") else None

    def allows(self, rows: int) -> int:
        """How many of `rows` may be rejects; a share is rounded down to whole rows."""

        return int(self.text) if self._percent is None else int(rows * self._percent / 100)

    def over(self, rejects: int, rows: int) -> str | None:
        """A sentence if an input of `rows` rows has too many rejects, else None."""
        allowed = self.allows(rows)
        if rejects <= allowed:
            return None
        return (
            f"{rejects:,} of {rows:,} rows are rejects and --max-rejects {self.text} allows {allowed:,}: "
            "nothing of it was loaded."
        )
