"""The settings that sources name: addresses, tokens and passwords, which must not be in a pipeline's file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sluice.engine.base.settings import source_setting
from sluice.engine.declare.sources.source import Remote
from sluice.errors import ConfigError, SettingMissing


def needed_setting(name: str, source: str) -> str:
    """The value of a setting that a source names: never print it. Raises SettingMissing, ConfigError."""
    value = source_setting(name)
    if value is None:
        raise SettingMissing(f"{source}: the setting {name} is not set on this worker. Set it, or {name}_FILE.")
    return value


def missing_settings(sources: Iterable[Remote]) -> Iterator[str]:
    """A sentence for each setting that these sources need and that this process does not have. Raises nothing."""
    for source in sources:
        for name in getattr(source, "settings", ()):
            try:
                if source_setting(name) is None:
                    needs = f"The source {source.name!r} needs the setting {name}"
                    yield f"{needs}, which is not set here (nor is {name}_FILE)."
            except ConfigError as error:
                yield f"The source {source.name!r} needs a setting: {error}"
