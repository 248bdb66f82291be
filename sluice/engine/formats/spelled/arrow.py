"""A column of Arrow as text that its declared type parses to exactly the same value, or refuses.

Text is passed on as it is. Other values are written in the notation of the declared type.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from sluice.engine.formats.spelled.local import zone_of
from sluice.engine.formats.spelled.moments import Instants, spell_dates, spell_moments, spell_times
from sluice.engine.formats.spelled.nested import documents, takes
from sluice.engine.types import Bytes, Date, Uuid
from sluice.engine.types.base import ColumnType
from sluice.engine.types.numbers.spelling import spell_numbers
from sluice.errors import DataError


def check_kind(name: str, kind: pa.DataType, declared: ColumnType) -> None:
    """Raises DataError `not_text` for a column of nested values or of bytes, unless the declared type takes them."""
    kind = _stored(kind)
    if pa.types.is_nested(kind) and not (declared.nested and takes(kind)):
        raise _not_text(name, kind)
    if pa.types.is_fixed_size_binary(kind) and not _takes_octets(kind, declared):
        raise _not_text(name, kind)


def _takes_octets(kind: pa.DataType, declared: ColumnType) -> bool:
    return isinstance(declared, Bytes) or (isinstance(declared, Uuid) and kind == declared.arrow)


def is_nested(kind: pa.DataType) -> bool:
    """Whether values are objects or arrays."""
    return bool(pa.types.is_nested(_stored(kind)))


def spell(name: str, values: pa.Array | Instants, declared: ColumnType) -> pa.Array:
    """The column as text, null for null; integers and booleans as they are, which the writer converts to text.

    Raises DataError `not_text` for bytes that are not UTF-8, `unknown_zone`.
    """
    if isinstance(values, Instants):
        return _moments(name, values, declared)
    if isinstance(values, pa.ExtensionArray):
        values = values.storage
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_nested(values.type):
        return documents(values)
    if pa.types.is_fixed_size_binary(values.type) or (isinstance(declared, Bytes) and _is_binary(values.type)):
        return pa.array([None if each is None else declared.renders(each) for each in values.to_pylist()], pa.string())
    return _spelled(name, values, declared)


def _spelled(name: str, values: pa.Array, declared: ColumnType) -> pa.Array:
    kind = values.type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return values
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return spell_numbers(values, declared)
    if pa.types.is_timestamp(kind):
        return _moments(name, Instants.of(values), declared)
    if pa.types.is_date(kind):
        return spell_dates(values, declared)
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        return spell_times(values, declared)
    try:
        return pc.cast(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:  # Arrow's answer to a kind that has no text
        raise _not_text(name, kind) from error


def _is_binary(kind: pa.DataType) -> bool:
    return kind in (pa.binary(), pa.large_binary())


def _moments(name: str, moments: Instants, declared: ColumnType) -> pa.Array:
    if moments.zone and isinstance(declared, Date):
        try:
            zone_of(moments.zone)
        except (ValueError, KeyError, OSError) as error:
            raise DataError(
                "unknown_zone",
                f"The days of the column {name!r} begin at midnight of {moments.zone!r}, which is not a known zone; "
                "write the times in UTC, or with a zone by its IANA name.",
            ) from error
    return spell_moments(moments, declared)


def _stored(kind: pa.DataType) -> pa.DataType:
    if isinstance(kind, pa.BaseExtensionType):
        kind = kind.storage_type
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _not_text(name: str, kind: pa.DataType) -> DataError:
    return DataError(
        "not_text",
        f"The values of the column {name!r} are {kind}, which a column of a table does not support; write text.",
    )
