"""The account that a server runs under."""

from __future__ import annotations

import ctypes
import os
from dataclasses import dataclass
from pathlib import Path

_CLONE_NEWUSER = 0x10000000


@dataclass(frozen=True)
class Account:
    """The account of a process: `uid` and `gid` own its files; `alias` is its uid inside a user namespace."""

    uid: int
    gid: int
    alias: int | None = None

    def enter(self) -> None:
        """Switch to the alias. Called in the child, after the switch of user and before exec. Raises OSError."""
        if self.alias is None:
            return
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.unshare(_CLONE_NEWUSER) != 0:
            raise OSError(ctypes.get_errno(), "no user namespace")
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{self.alias} {self.uid} 1")
        Path("/proc/self/gid_map").write_text(f"{self.alias} {self.gid} 1")


def ourselves() -> Account:
    """The account this process runs as."""
    return Account(os.geteuid(), os.getegid())
