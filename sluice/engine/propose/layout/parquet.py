"""A Parquet file: its schema has the columns and their types."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from sluice.engine.declare import Files
from sluice.engine.formats.parquet.read import is_parquet, names_of_parquet
from sluice.engine.formats.spelled.arrow import check_kind
from sluice.engine.formats.text.header import plain
from sluice.engine.propose.layout.described import PARQUET, FileLook
from sluice.engine.storage import open_input, split_member
from sluice.engine.types import Bytes as Octets
from sluice.engine.types import Json, Text
from sluice.errors import ConfigError, DataError


def parquet(uri: str, source: Files) -> FileLook | None:
    """A Parquet file; None for any other. Inside a compressed file it is seen as its requested columns are."""
    _, member = split_member(uri)
    with open_input(uri) as file:
        if member is not None or not is_parquet(file.read(1 << 10)):
            return None
        file.seek(0)
        return _of_schema(uri, source, _schema(file))


def _schema(file: BinaryIO) -> pa.Schema:
    names_of_parquet(file)  # a broken file is refused with its reason
    file.seek(0)
    return pq.read_schema(file)


def _of_schema(uri: str, source: Files, schema: pa.Schema) -> FileLook:
    names = [plain(name) for name in schema.names]
    left_out = {}
    for each in schema:
        try:
            check_kind(each.name, each.type, Text())
        except DataError:
            left_out[each.name] = f"its values are {each.type}{_taken_by(each.name, each.type)}"
        if pa.types.is_binary(each.type) or pa.types.is_large_binary(each.type):
            left_out[each.name] = "its values are binary, which a column of Bytes() takes"
        if names.count(plain(each.name)) > 1:
            left_out[each.name] = "several columns have this name"
    kept = tuple(name for name in schema.names if name not in left_out)
    if not kept:
        raise ConfigError(f"{uri}: none of its columns has single values: {', '.join(left_out)}.")
    kinds = {each.name: each.type for each in schema if each.name in kept}
    return FileLook(uri, PARQUET, replace(source, delimiter=None, encoding=None), kept, left_out=left_out, kinds=kinds)


def _taken_by(name: str, kind: pa.DataType) -> str:
    """Which type, that is not proposed, takes such values of Parquet."""
    for declared, called in ((Json(), "Json()"), (Octets("hex"), "Bytes()")):
        with suppress(DataError):
            check_kind(name, kind, declared)
            return f", which a column of {called} takes"
    return ", which no type of column takes"
