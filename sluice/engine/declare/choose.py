"""A choice that a pipeline's file leaves open."""

from __future__ import annotations

from dataclasses import dataclass

from sluice.engine.base.declaration import Declaration
from sluice.errors import ConfigError


@dataclass(frozen=True)
class Choose(Declaration):
    """What a person has to decide before the pipeline can be used. `sluice init` writes it where a file can be read
    in two ways, or where no key was found.

    The comments next to it have the possibilities. Until one of them is chosen and `Choose` is deleted, every use of
    the pipeline is an error with file and line.
    """

    what: str

    def __post_init__(self) -> None:
        raise ConfigError(
            f"{self.what} is not chosen yet. The comments next to Choose(...) say what fits and what it means: write"
            " one of them (remove the # before it), and delete Choose(...)."
        )
