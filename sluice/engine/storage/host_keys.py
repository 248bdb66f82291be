"""The host keys of SFTP servers: one that nobody has checked may belong to somebody who listens in between."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from sluice.errors import ConfigError

FILES = (Path("/etc/ssh/ssh_known_hosts"), Path("~/.ssh/known_hosts"))


def checked_host_key() -> Any:
    """What paramiko asks when it meets a server: its key must be in a file of known hosts, as for the command `ssh`.

    Raises ConfigError when it meets another one.
    """
    paramiko: Any = importlib.import_module("paramiko")

    class Known(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]
        def missing_host_key(self, _client: Any, hostname: str, key: Any) -> None:
            known = paramiko.HostKeys()
            for path in FILES:
                if path.expanduser().exists():
                    known.load(str(path.expanduser()))
            if not known.check(hostname, key):
                raise ConfigError(_refusal(hostname, key, another=known.lookup(hostname) is not None))

    return Known()


def _refusal(hostname: str, key: Any, *, another: bool) -> str:
    host, _, port = hostname.lstrip("[").replace("]", "").partition(":")
    scan = f"ssh-keyscan {f'-p {port} ' if port else ''}{host} >> {FILES[1]}"
    why = "is not the one in its file of known hosts" if another else f"is not in {FILES[1]}"
    return (
        f"The host key of {hostname} ({key.get_name()} {key.fingerprint}) {why}, so it may be another server. Compare"
        f" it with what its operator says; then, as the user of each worker: {scan}"
    )
