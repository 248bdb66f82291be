"""Names in a declaration: those of pipelines, tables and columns go into SQL as they are; settings are variables."""

from __future__ import annotations

import re

from sluice.errors import ConfigError

IDENTIFIER = re.compile(r"[a-z_][a-z0-9_]{0,58}")
SETTING = re.compile("[A-Z][A-Z0-9_]*")


def check_identifier(what: str, name: str) -> None:
    """Raise ConfigError unless `name` can be a name in SQL and in a command line without quotes."""
    if not IDENTIFIER.fullmatch(name):
        raise ConfigError(f"{what} {name!r} is not a name: use lower-case letters, digits and _ (at most 59).")
