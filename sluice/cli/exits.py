"""Exit codes: what a shell script learns from `sluice`."""

from enum import IntEnum
from typing import Self

from sluice.errors import ConfigError, SluiceError, TransientError


class Exit(IntEnum):
    """How a command ended. `worker`, `beat`, `flower` and `up` end with 0 on SIGTERM: that is how they end."""

    DONE = 0, "Done, or nothing to do. Rows may have been rejected, and files without a row refused: see the books."
    FAILED = (
        1,
        "The run failed, did not end within --timeout, or something went wrong that has a message.",
    )
    USAGE = 2, "The command line, a setting or a declaration is wrong. Nothing was started."
    STRICT = 3, "Done, but with rejects or failed inputs, and --strict was given."
    OVER_LIMIT = 4, "More rejects than --max-rejects allows: nothing of such a file was loaded."
    SERVER_AWAY = 5, "PostgreSQL or Redis does not answer."
    PARTLY = 6, "Done, but of some inputs nothing could be loaded: they were refused, or all their rows were."
    INTERRUPTED = 130, "Interrupted by Ctrl-C, SIGTERM or a closed terminal. A run stays in the ledger."

    def __new__(cls, number: int, meaning: str) -> Self:
        """A member is its number, with its meaning as docstring."""
        member = int.__new__(cls, number)
        member._value_ = number
        member.__doc__ = meaning
        return member


def exit_for(error: SluiceError) -> Exit:
    """The exit code that an error ends the command with."""
    if isinstance(error, ConfigError):
        return Exit.USAGE
    if isinstance(error, TransientError):
        return Exit.SERVER_AWAY
    return Exit.FAILED
