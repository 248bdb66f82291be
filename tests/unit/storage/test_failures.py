"""What the libraries of three object stores raise, by what to do about it; and a library that is not there."""

from __future__ import annotations

import errno
import sys

import pytest

from sluice.engine.storage import open_input
from sluice.engine.storage.failures import translated
from sluice.engine.storage.listing import matching
from sluice.errors import ConfigError, DataError, InputChanged, NotHere, SluiceError, TransientError

URI = "az://files/a.csv"


def made(library: str, name: str, *bases: type[Exception], **facts: object) -> Exception:
    """An error as a library that is not installed here would raise it."""
    kind = type(name, bases or (Exception,), {"__module__": f"{library}.exceptions", **facts})
    error = kind("So it is, at https://me:hush@host/c/k?sig=hush")
    assert isinstance(error, Exception)
    return error


def told(error: Exception) -> SluiceError:
    with pytest.raises(SluiceError) as raised, translated(URI):
        raise error
    assert raised.value.__cause__ is error
    assert str(raised.value).startswith(URI)
    assert "hush" not in str(raised.value)
    return raised.value


@pytest.mark.parametrize(
    "error",
    [
        made("gcsfs", "HttpError", code=503),
        made("gcsfs", "HttpError", code="429"),
        made("azure.core", "HttpResponseError", status_code=500),
        made("azure.core", "ServiceRequestError"),
        made("azure.core", "ServiceResponseTimeoutError", type("ServiceResponseError", (Exception,), {})),
        made("aiohttp", "ClientPayloadError"),
        made("google.auth", "TransportError"),
        made("requests", "ConnectionError", OSError),
        OSError(errno.EBUSY, "Please reduce your request rate."),
        TimeoutError("slow"),
        TimeoutError(),
        ConnectionResetError(errno.ECONNRESET, "reset"),
    ],
    ids=repr,
)
def test_a_store_that_is_away_or_busy_is_waited_for(error: Exception) -> None:
    assert type(told(error)) is TransientError


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError("files/a.csv"), "there is no such object, or no such bucket"),
        (made("azure.core", "ResourceNotFoundError", status_code=404), "there is no such object, or no such bucket"),
        (PermissionError("Access Denied"), "permission denied"),
        (OSError("Forbidden: https://storage/a"), "permission denied"),
        (made("azure.core", "HttpResponseError", status_code=403), "permission denied"),
        (made("google.auth", "DefaultCredentialsError"), "no valid credentials"),
        (made("azure.core", "ClientAuthenticationError", status_code=401), "no valid credentials"),
        (made("gcsfs", "HttpError", code=400), "the object store refuses"),
        (made("botocore", "NoRegionError"), "the object store refuses"),
        (ValueError("Must provide either a connection_string or account_name"), "the object store refuses"),
    ],
    ids=repr,
)
def test_what_is_not_there_not_allowed_or_not_set_up_is_not_here(error: Exception, said: str) -> None:
    answer = told(error)
    assert type(answer) is NotHere
    assert said in str(answer)


def test_it_is_said_where_credentials_of_that_store_go() -> None:
    assert "Set AZURE_STORAGE_CONNECTION_STRING" in str(told(made("azure.identity", "CredentialUnavailableError")))


def test_an_object_that_is_another_now_has_changed() -> None:
    assert type(told(made("s3fs", "FileExpired", OSError))) is InputChanged
    assert type(told(made("azure.core", "ResourceModifiedError", status_code=412))) is InputChanged


def test_errors_of_ours_and_defects_come_through_as_they_are() -> None:
    for error in (DataError("empty_file", "The file is empty."), ConfigError("no"), TypeError("a defect")):
        with pytest.raises(type(error)) as raised, translated(URI):
            raise error
        assert raised.value is error


@pytest.mark.parametrize(
    ("uri", "package", "extra"), [("s3://b/k", "s3fs", "s3"), ("gs://b/k", "gcsfs", "gs"), ("az://c/k", "adlfs", "az")]
)
def test_a_library_that_is_missing_is_named_with_the_command_that_brings_it(
    monkeypatch: pytest.MonkeyPatch, uri: str, package: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(ConfigError) as raised:
        open_input(uri)
    assert str(raised.value) == (
        f"{uri.partition(':')[0]}:// needs {package}, which is not installed. Type: pip install 'sluice-etl[{extra}]'"
    )


class Shelf:
    """A file system with one folder that may be listed and one that may not."""

    def ls(self, path: str, detail: bool) -> list[dict[str, str]]:
        assert detail
        if path == "b":
            return [{"name": f"b/{name}", "type": "directory"} for name in ("open", "shut")]
        if path == "b/open":
            return [{"name": "b/open/a.csv", "type": "file"}]
        raise PermissionError("Access Denied")


def test_a_glob_never_leaves_out_a_folder_that_it_fails_to_list() -> None:
    assert [each["name"] for each in matching(Shelf(), "b", "o*/*.csv")] == ["b/open/a.csv"]
    with pytest.raises(PermissionError):
        list(matching(Shelf(), "b", "*/*.csv"))
