"""Errors of object stores and their libraries, translated by what to do about them.

The libraries of three stores raise errors of five packages for the same few causes. They are recognised by their HTTP
status and by the names of their classes, so that none of the packages has to be installed.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sluice.engine.storage.address import library_of, scheme, scrubbed
from sluice.errors import InputChanged, NotHere, SluiceError, TransientError

_BUSY = {errno.EBUSY, getattr(errno, "EREMOTEIO", errno.EIO)}  # how s3fs raises 503 and 500
_BUSY_STATUS = {408, 425, 429}
_SIGN_IN = ("Credential", "Token", "Profile", "Authentication", "RefreshError")
_UNAVAILABLE = {
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
    "EOFError",
    "RequestException",
}
_THEIRS = {"botocore", "aiobotocore", "aiohttp", "requests", "google", "gcsfs", "azure", "adlfs", "s3fs", "paramiko"}


@contextmanager
def translated(uri: str) -> Iterator[None]:
    """Raise a library's error about an address as a Sluice error, with the original as its cause.

    NotHere for a missing object, a refused permission or missing configuration, TransientError for a store that is
    unavailable or busy, InputChanged for an object that was overwritten while it was read.
    """
    try:
        yield
    except SluiceError:
        raise
    except Exception as error:
        translated_error = _as_our_error(scrubbed(uri), library_of(scheme(uri) or "s3").sign_in, error)
        if translated_error is None:
            raise
        raise translated_error from error


def _as_our_error(where: str, sign_in: str, error: Exception) -> SluiceError | None:
    names = {each.__name__ for each in type(error).__mro__}
    status = _status(error)
    if "FileExpired" in names or status == 412:
        return InputChanged(f"{where} was changed while it was read.")
    if _is_busy(error, names, status):
        return TransientError(f"{where}: the object store does not answer as it should ({_reason(error)}).")
    why = _refusal(error, names, status, sign_in)
    return None if why is None else NotHere(f"{where}: {why}")


def _refusal(error: Exception, names: set[str], status: int | None, sign_in: str) -> str | None:
    """Why an address cannot be used by this worker; None for an error that is not an object store's."""
    if isinstance(error, FileNotFoundError) or status == 404:
        return "there is no such object, or no such bucket. Is it moved, or not there yet?"
    if status == 401 or any(part in name for part in _SIGN_IN for name in names):
        return f"no valid credentials ({_reason(error)}). Set {sign_in}, on every worker."
    if isinstance(error, PermissionError) or status == 403 or "Forbidden" in str(error):
        return f"permission denied ({_reason(error)}). May this worker's credentials read and list it?"
    if status is not None or isinstance(error, OSError | ValueError) or type(error).__module__.split(".")[0] in _THEIRS:
        return f"the object store refuses ({_reason(error)}). Check the address and the settings."
    return None


def _is_busy(error: Exception, names: set[str], status: int | None) -> bool:
    if isinstance(error, TimeoutError | ConnectionError) or names & _UNAVAILABLE:
        return True
    if status is not None:
        return status >= 500 or status in _BUSY_STATUS or "hrottl" in str(error)
    return isinstance(error, OSError) and error.errno in _BUSY


def _name_of_code(error: BaseException) -> str:
    return "status" if hasattr(error, "status") else "code"  # aiohttp warns about its `code`


def _status(error: BaseException | None) -> int | None:
    """The HTTP status of an error or of its cause."""
    while error is not None:
        answer = getattr(error, "response", None)
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode") if isinstance(answer, dict) else None
        for each in (status, *(getattr(error, name, None) for name in ("status_code", _name_of_code(error)))):
            if isinstance(each, int | str) and str(each).isdecimal():
                return int(each)
        error = error.__cause__
    return None


def _reason(error: Exception) -> str:
    text = scrubbed(" ".join(str(error).split()))[:300].rstrip(".")
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
