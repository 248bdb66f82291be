"""Values of requests: one notation for each, so that nothing is guessed and no value reaches the database that it
would refuse."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from math import inf, isfinite
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

INT64 = (-(2**63), 2**63 - 1)
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6})[0-9]*)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_EXACT = re.compile(r"-?[0-9]{1,100}(\.[0-9]{1,100})?")
_REAL = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,3})?")
LONGEST = 200  # characters of a word
MOST = 1_000  # rows of a page


def _whole(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value) and INT64[0] <= int(value) <= INT64[1]:
        return int(value)
    raise ValueError("must be an integer of at most 64 bits")


def _of_a_page(value: Any) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value) and 1 <= int(value) <= MOST:
        return int(value)
    raise ValueError(f"must be an integer between 1 and {MOST:,}")


def _day(value: Any) -> date:
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass  # the 31st of February
    raise ValueError("must be a date, YYYY-MM-DD")


def _moment(value: Any) -> datetime:
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is not None:
        whole, fraction, zone = found.groups()
        zone = "+00:00" if zone in "Zz" else zone
        try:
            # in UTC: PostgreSQL knows no zone of more than 15:59
            return datetime.fromisoformat(f"{whole.upper()}.{(fraction or '0'):0<6}{zone}").astimezone(UTC)
        except (ValueError, OverflowError):
            pass  # 25 o'clock; a time that falls out of the calendar
    raise ValueError("must be a time with its zone, YYYY-MM-DDThh:mm:ssZ or ...+03:00 (+ is %2B in a query)")


def _exact(value: Any) -> Decimal:
    if isinstance(value, str) and _EXACT.fullmatch(value):
        return Decimal(value)
    raise ValueError("must be a decimal number with a point: 12.50")


def _real(value: Any) -> float:
    found = float(value) if isinstance(value, str) and _REAL.fullmatch(value) else inf
    if isfinite(found):
        return found
    raise ValueError("must be a number of double precision: 12.5 or 1.25e1")


def _flag(value: Any) -> bool:
    if value in ("true", "false"):
        return bool(value == "true")
    raise ValueError("must be true or false")


def _uuid(value: Any) -> str:
    if isinstance(value, str) and UUID.fullmatch(value):
        return value.lower()
    raise ValueError("must be a UUID with its hyphens, 6f9619ff-8b86-d011-b42d-00cf4fc964ff")


def _no_nul(value: str) -> str:
    if "\0" in value:
        raise ValueError("must not contain a NUL")
    return value


Whole = Annotated[
    int,
    BeforeValidator(_whole),
    WithJsonSchema({"type": "integer", "format": "int64", "minimum": INT64[0], "maximum": INT64[1]}),
]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[datetime, BeforeValidator(_moment), WithJsonSchema({"type": "string", "format": "date-time"})]
Uuid = Annotated[str, BeforeValidator(_uuid), WithJsonSchema({"type": "string", "format": "uuid"})]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Exact = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]{1,100}(\.[0-9]{1,100})?$"}),
]
Real = Annotated[float, BeforeValidator(_real), WithJsonSchema({"type": "number", "format": "double"})]
Word = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST), AfterValidator(_no_nul)]
Cursor = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[A-Za-z0-9_-]+$")]


Limit = Annotated[
    int,
    BeforeValidator(_of_a_page),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST}),
    Field(description=f"Rows of a page, at most {MOST:,}."),
]
USUAL = 100


class QueryModel(BaseModel):
    """The query string of a route. An unknown parameter is refused: a misspelled filter would filter nothing."""

    model_config = ConfigDict(extra="forbid")

    @property
    def filters(self) -> dict[str, Any]:
        """What decides which rows there are: a cursor is bound to it."""
        return self.model_dump(exclude={"cursor", "limit", "fields"})
