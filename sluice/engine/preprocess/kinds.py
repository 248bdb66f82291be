"""The Arrow types of frames for PostgreSQL types, and frames built from PostgreSQL's text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from sluice.errors import ConfigError

if TYPE_CHECKING:
    import pandas as pd

WHOLE = ("smallint", "integer", "bigint")
_NUMERIC = re.compile(r"(?:numeric|decimal)\((\d+)(?:,(\d+))?\)")
# whole numbers are int64: a step may multiply them, and COPY refuses values that do not fit
_TYPES = dict.fromkeys(WHOLE, pa.int64()) | {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "double precision": pa.float64(),
    "timestamptz": pa.timestamp("us", "UTC"),
    "timestamp with time zone": pa.timestamp("us", "UTC"),
}


def plain(pg_type: str) -> str:
    """The type without its collation: `text COLLATE "C"` is `text`."""
    return re.split(r"\s+collate\b", pg_type.strip().lower())[0]


def arrow_type(pg_type: str) -> pa.DataType:
    """The type of a frame's column. Raises ConfigError for a type that frames do not support."""
    name = plain(pg_type)
    numeric = _NUMERIC.fullmatch(name.replace(" ", ""))
    if numeric:
        return pa.decimal128(int(numeric[1]), int(numeric[2] or 0))
    if name not in _TYPES:
        names = ", ".join([*sorted(_TYPES), "numeric(p, s)"])
        raise ConfigError(f"Steps do not support the type {pg_type!r}; expected one of: {names}.")
    return _TYPES[name]


def is_numeric(pg_type: str) -> bool:
    """Whether a column has exact decimals, as money has."""
    return bool(pa.types.is_decimal(arrow_type(pg_type)))


def is_number(pg_type: str) -> bool:
    """Whether a column's values can be compared with numbers."""
    return plain(pg_type) in WHOLE or plain(pg_type) == "double precision" or is_numeric(pg_type)


def frame_of(rows: Iterable[Sequence[str | None]], columns: Mapping[str, str]) -> pd.DataFrame:
    """A frame of rows of PostgreSQL's text values, in the order of `columns` (name -> PostgreSQL type)."""
    import pandas as pd

    texts = list(zip(*rows, strict=True)) or [()] * len(columns)
    arrays = [
        pa.array(each, pa.string()).cast(arrow_type(pg_type))
        for each, pg_type in zip(texts, columns.values(), strict=True)
    ]
    frame: pd.DataFrame = pa.table(arrays, names=list(columns)).to_pandas(types_mapper=pd.ArrowDtype)
    return frame


def by_code(values: Sequence[object], codes: np.ndarray[Any, Any], like: pd.Series[Any], missing: object = None) -> Any:
    """The values for the codes of a factorized column, with the index of `like`; `missing` for null."""
    import pandas as pd

    taken = pa.array([*values, missing], pa.bool_() if isinstance(missing, bool) else pa.string())
    return pd.Series(taken.take(pa.array(codes % len(taken))), like.index, pd.ArrowDtype(taken.type))
