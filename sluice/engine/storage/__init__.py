"""Storage of files: folders of this machine and object stores, behind the same functions."""

from sluice.engine.storage.address import is_fetched, is_remote, join, split_member
from sluice.engine.storage.files import (
    exists,
    last_change,
    listed,
    look,
    open_input,
    put,
    read_blocks,
    read_range,
    remove,
    size_at_hand,
    stamp,
)
from sluice.engine.storage.order import name_order

__all__ = [
    "open_input",
    "read_range",
    "read_blocks",
    "stamp",
    "size_at_hand",
    "look",
    "last_change",
    "put",
    "exists",
    "remove",
    "listed",
    "is_remote",
    "is_fetched",
    "join",
    "split_member",
    "name_order",
]
