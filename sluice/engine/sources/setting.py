"""The settings that sources name: addresses, tokens and passwords, which must not be in a pipeline's file."""

from __future__ import annotations

from sluice.engine.base.settings import source_setting
from sluice.errors import SettingMissing


def needed_setting(name: str, source: str) -> str:
    """The value of a setting that a source names: never print it. Raises SettingMissing, ConfigError."""
    value = source_setting(name)
    if value is None:
        raise SettingMissing(f"{source}: the setting {name} is not set on this worker. Set it, or {name}_FILE.")
    return value
