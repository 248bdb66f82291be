"""Structs of Thrift's compact protocol, as Parquet writes the header of a page.

pyarrow does not show the headers of pages, and reads a page as a whole, whatever size its header declares.
"""

from __future__ import annotations

from collections.abc import Callable

Struct = dict[int, "int | Struct"]
"""Field id -> integer or struct. Fields of other types are skipped."""

_STOP, _TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 0, 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_DEEPEST = 16
_LONG = 15


class Incomplete(ValueError):
    """The bytes end within the struct."""


class NotAStruct(ValueError):
    """The bytes are not a struct."""


def read_struct(data: bytes) -> tuple[Struct, int]:
    """The struct that `data` begins with, and its length in bytes. Raises Incomplete, NotAStruct."""
    reader = _Reader(data)
    return reader.struct(0), reader.at


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data
        self._scalars: dict[int, Callable[[], int]] = {
            _BYTE: self._byte, _DOUBLE: lambda: self._skip(8), _BINARY: lambda: self._skip(self._varint()),
        } | dict.fromkeys(_INTEGERS, self._integer)  # fmt: skip

    def struct(self, depth: int) -> Struct:
        found: Struct = {}
        field = 0
        while (head := self._byte()) & 0x0F != _STOP:
            delta, kind = head >> 4, head & 0x0F
            field = field + delta if delta else self._integer()
            if field in found:
                raise NotAStruct(f"field {field} is there twice")
            value = self._value(kind, depth + 1, in_field=True)
            if kind in _INTEGERS or kind == _STRUCT:
                found[field] = value
        return found

    def _value(self, kind: int, depth: int, *, in_field: bool = False) -> int | Struct:
        if depth > _DEEPEST:
            raise NotAStruct("it is nested too deep")
        if kind in (_TRUE, _FALSE):
            return 0 if in_field else self._byte()  # the value of a field is in its type
        if kind == _STRUCT:
            return self.struct(depth)
        if kind in (_LIST, _SET, _MAP):
            return self._container(kind, depth)
        if kind not in self._scalars:
            raise NotAStruct(f"type {kind}")
        return self._scalars[kind]()

    def _container(self, kind: int, depth: int) -> int:
        if kind == _MAP:
            count = self._varint()
            both = self._byte() if count else 0
            kinds = [both >> 4, both & 0x0F]
        else:
            head = self._byte()
            count = head >> 4 if head >> 4 != _LONG else self._varint()
            kinds = [head & 0x0F]
        for _ in range(count):  # every element has a byte at least: the data ends first
            for each in kinds:
                self._value(each, depth + 1)
        return count

    def _byte(self) -> int:
        if self.at >= len(self._data):
            raise Incomplete
        self.at += 1
        return self._data[self.at - 1]

    def _skip(self, count: int) -> int:
        if count > len(self._data) - self.at:
            raise Incomplete
        self.at += count
        return count

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7
            if shift > 63:
                raise NotAStruct("a number is too long")

    def _integer(self) -> int:
        zigzag = self._varint()
        return (zigzag >> 1) ^ -(zigzag & 1)
