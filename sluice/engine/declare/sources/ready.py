"""How a watched file is known to be whole."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from sluice.engine.base.declaration import Declaration
from sluice.errors import ConfigError


@dataclass(frozen=True)
class Stable(Declaration):
    """A file is whole when its size and its time of change have been the same for `seconds`.

    A file whose last line does not end with a line break may be half of one: it has to be the same for
    `without_newline` seconds. (Packed files and Parquet have no lines; half of one is refused.) Objects of an object
    store appear whole, so they are taken at once. A writer that pauses for longer needs `Renamed` or `Marker`.
    """

    seconds: float = 1.0
    _: KW_ONLY
    without_newline: float = 30.0

    def __post_init__(self) -> None:
        if not 0.1 <= self.seconds <= 86_400:
            raise ConfigError(f"Stable: seconds must be a number between 0.1 and 86,400, not {self.seconds!r}.")
        if not self.seconds <= self.without_newline <= 86_400:
            raise ConfigError(
                "Stable: without_newline must be a number of seconds between seconds and 86,400, "
                f"not {self.without_newline!r}."
            )


@dataclass(frozen=True)
class Marker(Declaration):
    """A file is whole when there is a second file next to it, of the same name with `suffix`: `calls.csv.done` for
    `calls.csv`. The writer makes it last. A file that is written again needs a new marker: one that is older than its
    file does not count.
    """

    suffix: str = ".done"

    def __post_init__(self) -> None:
        if not self.suffix or "/" in self.suffix:
            raise ConfigError(f"Marker: suffix must be the end of a file's name, such as '.done', not {self.suffix!r}.")


@dataclass(frozen=True)
class Renamed(Declaration):
    """A file is whole as soon as it has a name that matches the pattern: its writer gives it that name at the end, and
    until then another one, which ends with `from_` (`calls.csv.part`). The safest way, and the quickest.
    """

    from_: str = ".part"

    def __post_init__(self) -> None:
        if not self.from_ or "/" in self.from_:
            raise ConfigError(f"Renamed: from_ must be the end of a file's name, such as '.part', not {self.from_!r}.")


Ready = Stable | Marker | Renamed
