"""Examples of rows in a pipeline's file: what `sluice check` tests without servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sluice.engine.base.declaration import Declaration, call_site
from sluice.errors import ConfigError

Expected = Mapping[str, object]


@dataclass(frozen=True)
class Example(Declaration):
    """A row as it is in a file, and what it must become: `sluice check` tests it, without servers.

    `Example({"Betrag": "1.234,50"}, {"amount": "1234.50"})`: the texts by header, then the values by column, as text in
    PostgreSQL's form or as Python values (None is null). `Example({"Betrag": "abc"}, rejected="not_decimal")`: the code
    that the row is refused with. Columns whose headers are not named are not looked at; a `transform` gets null there.
    `source` is the name of the source, in a pipeline that has several.
    """

    row: Mapping[str, str | None]
    expected: Expected | None = None
    rejected: str | None = field(default=None, kw_only=True)
    source: str | None = field(default=None, kw_only=True)
    place: str = field(default="", init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "place", call_site())
        if not self.row:
            raise ConfigError("Example: the row must have a text for a header at least, {'header': 'text'}.")
        if bool(self.expected) == (self.rejected is not None):
            raise ConfigError(
                "Example: give what the row becomes, {'column': value}, or rejected= with a code; one of the two."
            )
