"""Errors, grouped by what to do about them.

`ConfigError`: refuse to start and fix the settings. `TransientError`: wait and try again, without
counting an attempt. `DataError`: the input is at fault; it is refused with a reason and the others continue.
`PermanentError`: trying again cannot help. Every message says what happened, where, why and what to do
next. Foreign errors are translated once, at the edge, keeping `__cause__`. `args` equal the constructor's
arguments, so that an error survives the trip to another process.
"""


class SluiceError(Exception):
    """An error that Sluice can explain. The message is for the user."""


class ConfigError(SluiceError):
    """A setting, a declaration or a command line is wrong. Nothing was started."""


class DeclarationError(ConfigError):
    """A declaration is wrong, and here it stands.

    Args: `place` is the file and line of the call, `sentence` what is wrong. As text it is the sentence alone: Python
    shows the place in a script of one's own, and the reader of pipeline files puts it before the sentence.
    """

    def __init__(self, place: str, sentence: str) -> None:
        super().__init__(place, sentence)
        self.place = place
        self.sentence = sentence

    def __str__(self) -> str:
        return self.sentence


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
    """A server is away or busy. The same call may succeed later."""


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


class NoRows(DataError):
    """An input that is a header and no more: `header` may still be another than what is declared."""

    def __init__(self, reason: str, header: tuple[str, ...]) -> None:
        super().__init__("header_only", reason)
        self.header = header


class EarlierRunOpen(TransientError):
    """An earlier run is still open and comes first: it has yet to plan a file, or has a key of this one."""


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
    """This worker has no declaration of the pipeline as the run was registered under.

    Another worker may; when none has for so long (setting `declaration_wait_s`), the input is planned again under a
    newer declaration, or fails with `code`.
    """

    code = "other_declaration"


class InputChanged(SluiceError):
    """The bytes of a part differ from the planned ones: the file changed while it was read."""


class LostClaim(SluiceError):
    """Another worker has claimed this step, or it is finished. The task must stop."""
