"""One column of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pyarrow as pa

from sluice.engine.base.declaration import Declaration
from sluice.engine.declare.names import LINEAGE, check_column
from sluice.engine.declare.tables.checks import OF_SINGLE_VALUES, Check
from sluice.engine.types.base import ColumnType
from sluice.engine.types.forgotten import can_identify
from sluice.engine.types.masked import Masked
from sluice.errors import ConfigError


@dataclass(frozen=True)
class Column(Declaration):
    """One column of a table.

    `header` is the header it is read from (default: its own name; matched without regard to case and
    surrounding spaces). A `required` column's empty value is a reject with the code `missing`. `nulls` are
    spellings that mean empty in this column, e.g. `("N/A", "-")`, matched like headers are.

    An input without an optional column is loaded, and `sluice status` names the column; with `must_exist=True` it is
    refused, though single values may be empty.

    `pii` marks personal data, as True or a word (`"phone"`): rejects do not show its values, and are kept without them.

    `renamed_from` are earlier names of the column in the table, `("old",)`: `sluice migrate`, or the next run, renames
    it, and its values stay. They can be left out once all databases have the new name.

    `mask=True` stores, instead of each value, its HMAC-SHA256 with the key SLUICE_MASK_KEY, as text: equal values stay
    equal. Such a column is personal data, too.

    `default` is the value of empty cells, and of all cells where the file lacks the column: written as in a file
    (`"EUR"`, `"0.00"`), or a number.
    """

    name: str
    type: ColumnType
    header: str | None = None
    required: bool = False
    check: Check | None = None
    nulls: Sequence[str] = ()
    must_exist: bool = False
    pii: bool | str = False
    renamed_from: Sequence[str] = ()
    mask: bool = False
    default: str | int | Decimal | bool | None = None

    def __post_init__(self) -> None:
        check_column("Column", self.name)
        if self.name in LINEAGE:
            raise ConfigError(f"Column {self.name!r} is reserved: Sluice adds it to every table.")
        if not isinstance(self.pii, bool | str) or self.pii == "":
            raise ConfigError(
                f"Column {self.name!r}: pii must be True, False or a word like 'phone', not {self.pii!r}."
            )
        if self.default is not None and self.required:
            raise ConfigError(
                f"Column {self.name!r}: default is for empty values, and required rejects them: remove one of the two."
            )
        if isinstance(self.check, OF_SINGLE_VALUES) and not self.type.comparable:
            raise ConfigError(
                f"Column {self.name!r}: {self.check!r} compares with a number or a text, and values of {self.type!r}"
                " are neither: leave the check out."
            )
        self.default_value  # noqa: B018 - a mistake is met when the file is read
        if not isinstance(self.mask, bool):
            raise ConfigError(f"Column {self.name!r}: mask must be True or False, not {self.mask!r}.")
        if self.mask:
            self._masked()

    @cached_property
    def default_value(self) -> pa.Scalar | None:
        """The typed default. Raises ConfigError where the column's type, or its check, refuses it."""
        if self.default is None:
            return None
        text = str(self.default).lower() if isinstance(self.default, bool) else str(self.default)
        if not isinstance(self.default, str):
            text = text.replace(".", self.type.decimal_mark)
        parsed = self.type.parse(pa.array([text], pa.string()))
        refused = [
            *parsed.refused,
            *([self.check.refuse(parsed.values)] if self.check and parsed.values[0].is_valid else []),
        ]
        reasons = [each.reason.replace("{value}", text) for each in refused if each.rows[0]]
        if not reasons and not parsed.values[0].is_valid:
            reasons = ["it is empty, so it is null, which a column has without a default."]
        if reasons:
            raise ConfigError(f"Column {self.name!r}: default={self.default!r}: {reasons[0]}")
        return parsed.values[0]

    def _masked(self) -> None:
        if self.default is not None:
            raise ConfigError(f"Column {self.name!r}: mask=True hides no default: leave out default={self.default!r}.")
        if self.check is not None:
            raise ConfigError(f"Column {self.name!r}: mask=True stores no value that check={self.check!r} could check.")
        if not can_identify(self.type.arrow):
            raise ConfigError(
                f"Column {self.name!r}: mask=True would hide nothing, there are few values of {self.type!r}."
            )
        if not isinstance(self.type, Masked):
            object.__setattr__(self, "type", Masked(self.type))
        object.__setattr__(self, "pii", self.pii or True)

    @property
    def reads(self) -> ColumnType:
        """The type that reads a file's values; of a masked column it is not what is stored."""
        return self.type.of if isinstance(self.type, Masked) else self.type

    @property
    def expected(self) -> bool:
        """Whether an input without it is refused."""
        return self.required or self.must_exist

    @property
    def private(self) -> bool:
        """Whether its values are personal data: it is marked so, or its type is."""
        return bool(self.pii) or self.type.private

    @property
    def header_name(self) -> str:
        """The header that it is read from."""
        return self.header if self.header is not None else self.name
