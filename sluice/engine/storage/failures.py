"""What object stores and their libraries raise, told apart by what to do about it.

The libraries of three stores raise errors of five packages for the same few things. They are known by the HTTP
status they carry and by the names of their classes, so that none of the packages has to be there.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sluice.engine.storage.address import LIBRARIES, scheme, scrubbed
from sluice.errors import InputChanged, NotHere, SluiceError, TransientError

_BUSY = {errno.EBUSY, getattr(errno, "EREMOTEIO", errno.EIO)}  # how s3fs says 503 and 500
_BUSY_STATUS = {408, 425, 429}
_SIGN_IN = ("Credential", "Token", "Profile", "Authentication", "RefreshError")
_AWAY = {
    "HTTPClientError",
    "ConnectionError",
    "ConnectionClosedError",
    "IncompleteReadError",
    "IncompleteRead",
    "ResponseParserError",
    "ClientConnectionError",
    "ClientPayloadError",
    "TransportError",
    "ServiceRequestError",
    "ServiceResponseError",
    "ChecksumError",
    "RequestException",
}
_THEIRS = {"botocore", "aiobotocore", "aiohttp", "requests", "google", "gcsfs", "azure", "adlfs", "s3fs"}


@contextmanager
def translated(uri: str) -> Iterator[None]:
    """Raise what a library raises about an address as an error of ours, which keeps it as its cause.

    NotHere for what is not there, not allowed or not configured, TransientError for a store that is away or busy,
    InputChanged for an object that became another while it was read.
    """
    try:
        yield
    except SluiceError:
        raise
    except Exception as error:
        told = _told(scrubbed(uri), LIBRARIES[scheme(uri) or "s3"].sign_in, error)
        if told is None:
            raise
        raise told from error


def _told(where: str, sign_in: str, error: Exception) -> SluiceError | None:
    names = {each.__name__ for each in type(error).__mro__}
    status = _status(error)
    if "FileExpired" in names or status == 412:
        return InputChanged(f"{where} was changed while it was read.")
    if _is_busy(error, names, status):
        return TransientError(f"{where}: the object store does not answer as it should ({_reason(error)}).")
    why = _refusal(error, names, status, sign_in)
    return None if why is None else NotHere(f"{where}: {why}")


def _refusal(error: Exception, names: set[str], status: int | None, sign_in: str) -> str | None:
    """Why an address cannot be used here; None for what no object store says."""
    if isinstance(error, FileNotFoundError) or status == 404:
        return "there is no such object, or no such bucket. Is it moved, or not there yet?"
    if status == 401 or any(part in name for part in _SIGN_IN for name in names):
        return f"no credentials that hold ({_reason(error)}). Set {sign_in}, on every worker."
    if isinstance(error, PermissionError) or status == 403 or "Forbidden" in str(error):
        return f"permission denied ({_reason(error)}). May this worker's credentials read and list it?"
    if status is not None or isinstance(error, OSError | ValueError) or type(error).__module__.split(".")[0] in _THEIRS:
        return f"the object store refuses ({_reason(error)}). Check the address and the settings."
    return None


def _is_busy(error: Exception, names: set[str], status: int | None) -> bool:
    if isinstance(error, TimeoutError | ConnectionError) or names & _AWAY:
        return True
    if status is not None:
        return status >= 500 or status in _BUSY_STATUS or "hrottl" in str(error)
    return isinstance(error, OSError) and error.errno in _BUSY


def _status(error: BaseException | None) -> int | None:
    """The HTTP status that an error, or the one it was made from, carries."""
    while error is not None:
        answer = getattr(error, "response", None)
        found = answer.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(answer, dict) else None
        for each in (found, getattr(error, "status_code", None), getattr(error, "code", None)):
            if isinstance(each, int | str) and str(each).isdecimal():
                return int(each)
        error = error.__cause__
    return None


def _reason(error: Exception) -> str:
    text = scrubbed(" ".join(str(error).split()))[:300].rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
