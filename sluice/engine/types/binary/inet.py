"""Addresses of hosts and networks."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from sluice.engine.types.base import ColumnType, Parsed
from sluice.engine.types.binary.octets import binaries
from sluice.engine.types.cells import Invalid, one_by_one

# PostgreSQL, utils/inet.h: its own numbers, the same on every system
_FAMILIES = {4: 2, 6: 3}
_INET, _HEAD = 0, 4  # not cidr; bytes before the address
_FORM = re.compile(r"[0-9a-fA-F:.]+(?:/[0-9]{1,3})?")
_NOT_INET = Invalid("not_inet", "'{value}' is not an IPv4 or IPv6 address (with or without /bits).")


@dataclass(frozen=True)
class Inet(ColumnType):
    """An IPv4 or IPv6 address, with the length of its network if that is given: `10.0.0.5/24`. Rejects: `not_inet`."""

    comparable: ClassVar[bool] = False

    @property
    def pg_type(self) -> str:
        return "inet"

    @property
    def arrow(self) -> pa.DataType:
        return pa.binary()

    def renders(self, value: bytes) -> str:
        """As PostgreSQL writes it: without the length of the network where that is all of the address."""
        address = ipaddress.ip_address(value[_HEAD:])
        return str(address) if value[1] == address.max_prefixlen else f"{address}/{value[1]}"

    def parse(self, text: pa.Array) -> Parsed:
        read = one_by_one(text, text.is_valid().to_numpy(zero_copy_only=False), _read, trimmed=True)
        return Parsed(binaries(*read.accepted(), len(text)), read.refused(len(text)))


def _read(text: str) -> bytes | Invalid | None:
    if not text:
        return None
    try:
        found = ipaddress.ip_interface(text) if _FORM.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        return _NOT_INET
    return bytes((_FAMILIES[found.version], found.network.prefixlen, _INET, len(found.ip.packed))) + found.ip.packed
