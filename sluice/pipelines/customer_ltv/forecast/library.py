"""scipy, which only a forecast needs: looked for when first used, so that everything else runs without it."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from sluice.errors import ConfigError


def scipy(part: str) -> Any:
    """A part of scipy, e.g. `special`. Raises ConfigError, with what to install, where there is none."""
    try:
        return import_module(f"scipy.{part}")
    except ImportError as error:
        raise ConfigError(
            "A forecast needs scipy, which is not installed here: pip install 'sluice-etl[forecast]'."
        ) from error
