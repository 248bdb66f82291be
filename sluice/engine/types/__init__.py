"""Column types: how the text of a column becomes typed values, whole columns at a time."""

from sluice.engine.types.array import Array
from sluice.engine.types.base import ColumnType, Mask, Parsed, Refused
from sluice.engine.types.binary.document import Json
from sluice.engine.types.binary.inet import Inet
from sluice.engine.types.binary.octets import Bytes
from sluice.engine.types.binary.uuid import Uuid
from sluice.engine.types.boolean import Boolean
from sluice.engine.types.numbers.decimal import Decimal, Money
from sluice.engine.types.numbers.float import Float
from sluice.engine.types.numbers.integer import Integer
from sluice.engine.types.phone import Phone
from sluice.engine.types.text import Text
from sluice.engine.types.times.day import Date
from sluice.engine.types.times.duration import Duration
from sluice.engine.types.times.moment import Timestamp
from sluice.engine.types.times.time import Time

__all__ = [
    "Integer", "Decimal", "Money", "Float", "Text", "Boolean", "Date", "Timestamp", "Time", "Duration", "Phone",
    "Json", "Uuid", "Bytes", "Inet", "Array",
    "ColumnType", "Parsed", "Refused", "Mask",
]  # fmt: skip
