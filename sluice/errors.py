"""Errors, grouped by what to do about them.

`ConfigError`: refuse to start; correct the settings. `TransientError`: wait and try again, which does not count as
an attempt. `DataError`: the input is wrong; it is refused with a reason, and the others continue. `PermanentError`:
trying again cannot help. Every message says what happened, where, why and what to do next. Errors of libraries are
translated once, where they are raised, keeping `__cause__`. `args` equal the constructor's arguments, so that an error
can be pickled to another process.
"""


class SluiceError(Exception):
    """Any error of Sluice. The message is written for the user."""


class ConfigError(SluiceError):
    """A setting, a declaration or a command line is wrong. Nothing was started."""


class DeclarationError(ConfigError):
    """A declaration is wrong, with its file and line.

    Args: `place` is the file and line of the call, `sentence` what is wrong. `str()` is the sentence alone: in a script
    Python's traceback shows the place, and the reader of a pipeline's file puts it before the sentence.
    """

    def __init__(self, place: str, sentence: str) -> None:
        super().__init__(place, sentence)
        self.place = place
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


class Misplaced(ConfigError):
    """Where pipelines are read from is wrong: no folder, or one that every user may write to.

    Args: `found` is what is wrong, `todo` what to do about it. `str()` is both.
    """

    def __init__(self, found: str, todo: str) -> None:
        super().__init__(found, todo)
        self.found = found
        self.todo = todo

    def __str__(self) -> str:
        return f"{self.found} {self.todo}"


class NotAllowed(ConfigError):
    """The database role of this process lacks a right; that of another worker may have it.

    When no worker could do it for `patience_s` seconds, the step is dead, or its input fails with `code`.
    """

    code = "not_allowed"
    patience_s = 30


class TablesMissing(NotAllowed):
    """A table is missing or not visible for the role of this process; that of another worker may see it."""

    code = "table_missing"


class TransientError(SluiceError):
    """A server is unavailable or busy. The same call may succeed later."""


class DataError(SluiceError):
    """The content of an input cannot be loaded.

    Args: `code` is stable and machine-readable (`empty_file`), `reason` is one sentence for the user.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class NoRows(DataError):
    """An input with a header and no rows. `header` may differ from the declared columns."""

    def __init__(self, reason: str, header: tuple[str, ...]) -> None:
        super().__init__("header_only", reason)
        self.header = header


class EarlierRunOpen(TransientError):
    """An earlier open run must go first: it has a file that is not planned yet, or rows with the same key."""


class PermanentError(SluiceError):
    """It will fail again, however often it is retried."""


class NotHere(SluiceError):
    """This worker cannot see the input's path; another one may.

    When no worker could for `patience_s` seconds, the input fails with `code`.
    """

    code = "file_missing"
    patience_s = 30


class SettingMissing(NotHere):
    """A setting that a source names is not set on this worker; another one may have it."""

    code = "setting_missing"


class DriverMissing(NotHere):
    """A library that a source needs is not installed on this worker; another one may have it."""

    code = "driver_missing"


class OtherDeclaration(NotHere):
    """This worker does not have the version of the declaration that the run was registered with.

    Another worker may; when none has for `declaration_wait_s` (a setting), the input is planned again under a newer
    declaration, or fails with `code`.
    """

    code = "other_declaration"


class TableChanged(OtherDeclaration):
    """The table was changed for a newer declaration than the one that the run was registered with: nothing waits for a
    worker with the older one."""


class InputChanged(SluiceError):
    """The bytes of a part differ from those that were planned: the file changed while it was read."""


class LostClaim(SluiceError):
    """Another worker has claimed this step, or it is finished. Stop without writing."""
