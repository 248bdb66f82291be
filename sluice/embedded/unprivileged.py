"""An account for PostgreSQL, which refuses to run as root.

An ordinary user runs it under that account. Root runs it as `postgres` or `nobody`, which own the data folder then.
If these cannot access the folder or the programs (everything under /root), or cannot be switched to, PostgreSQL runs in
a user namespace: root's process with root's files, which appear as another user's inside. No parent folder is changed.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from sluice.embedded import child
from sluice.embedded.account import Account, ourselves
from sluice.errors import ConfigError


def choose(folder: Path, program: Path) -> Account:
    """The first account that can run `program` for the data in `folder`, preferring the folder's owner.

    Creates the folder if needed, and changes its owner. Raises ConfigError if there is no such account.
    """
    if os.geteuid() != 0 and _name_of(os.geteuid()) is not None:
        folder.mkdir(mode=0o700, exist_ok=True)
        return ourselves()
    owner = folder.stat().st_uid if folder.exists() else None
    for account in sorted(_others(), key=lambda each: each.uid != owner):
        try:
            _reach(account, folder.parent, program)
            _give(folder, account)
        except (OSError, subprocess.SubprocessError):
            continue
        return account
    raise ConfigError(
        f"PostgreSQL does not run as root, and no other user of this machine can reach {folder.parent}. Run "
        "as an ordinary user, set SLUICE_HOME to a folder that every user may enter, or set DATABASE_URL."
    )


def _others() -> Iterator[Account]:
    if os.geteuid() == 0:
        for name in ("postgres", "nobody"):
            try:
                user = pwd.getpwnam(name)
            except KeyError:
                continue
            yield Account(user.pw_uid, user.pw_gid)
    if sys.platform == "linux":
        # The alias must have a name: initdb looks it up.
        named = [user.pw_uid for user in pwd.getpwall() if user.pw_uid != 0]
        if named:
            yield Account(os.geteuid(), os.getegid(), alias=named[-1])


def _reach(account: Account, folder: Path, program: Path) -> None:
    """Check that the account can enter the folder and run the program. Raises OSError or SubprocessError."""
    script = 'cd "$1" && "$2" --version'
    child.run(["/bin/sh", "-c", script, "sh", folder, program], account, cwd=Path("/"), timeout_s=30).check_returncode()


def _give(folder: Path, account: Account) -> None:
    """Change the owner of everything in a folder, the folder last: an interrupted change is repeated."""
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid == account.uid:
        return
    for _, folders, files, here in os.fwalk(folder, topdown=False):
        for name in (*folders, *files):
            os.chown(name, account.uid, account.gid, dir_fd=here, follow_symlinks=False)
    os.chown(folder, account.uid, account.gid)


def _name_of(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
