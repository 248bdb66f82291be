"""Errors, grouped by what to do about them.

`ConfigError`: refuse to start and fix the settings. `TransientError`: wait and try again, which burns
no attempts. `DataError`: the input is at fault; it is refused with a reason and the others go on.
`PermanentError`: trying again cannot help. Every message says what happened, where, why and what to do
next. Foreign errors are translated once, at the edge, keeping `__cause__`. `args` equal the constructor's
arguments, so that an error survives the trip to another process.
"""


class SluiceError(Exception):
    """Something Sluice can explain. The message is written for the person who meets it."""


class ConfigError(SluiceError):
    """A setting, a declaration or a command line is wrong. Nothing was started."""


class NotAllowed(ConfigError):
    """The role of this process may not do this in the database; another worker may.

    When none has for `patience_s` seconds, the step is dead, or its input fails with `code`.
    """

    code = "not_allowed"
    patience_s = 30


class TablesMissing(NotAllowed):
    """A table is not there for the role of this process; for that of another worker it may be."""

    code = "table_missing"


class TransientError(SluiceError):
    """A server is away or busy. The same call may go through later."""


class DataError(SluiceError):
    """The content of an input cannot be loaded.

    Args: `code` is stable and machine-readable (`empty_file`), `reason` is one sentence for a person.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class EarlierRunOpen(TransientError):
    """An earlier run that is still open comes first: with a file it has yet to plan, or a key it holds."""


class PermanentError(SluiceError):
    """This will fail again, however often it is tried."""


class NotHere(SluiceError):
    """This worker cannot see the input's path; another one may.

    When none has for `patience_s` seconds, the input fails with `code`.
    """

    code = "file_missing"
    patience_s = 30


class SettingMissing(NotHere):
    """A setting that a source names is not set on this worker; another one may have it."""

    code = "setting_missing"


class OtherDeclaration(NotHere):
    """This worker has another version of the pipeline's declaration than the run was queued under."""

    patience_s = 900  # workers are upgraded one after another, and the right one may be busy


class InputChanged(SluiceError):
    """The bytes of a part are not the bytes that were planned: the file changed while it was read."""


class LostClaim(SluiceError):
    """Somebody else holds this step now, or it is finished. The right thing to do is to stop."""
