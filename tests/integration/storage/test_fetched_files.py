"""Files of other servers are fetched whole into the landing, or not at all."""

from __future__ import annotations

import gzip
from pathlib import Path

import paramiko
import pytest

from sluice import Column, Files, Integer, Pipeline, Table, Text
from sluice.engine.sources.files.resolve import resolve
from sluice.engine.storage import exists, host_keys, open_input, read_range, stamp
from sluice.errors import ConfigError, InputChanged, NotHere, TransientError
from tests.kit.file_servers import sftp_files, web_files
from tests.kit.in_process import InProcess

ROWS = b"id,name\n1,Ann\n2,Bob\nx,y\n"
PEOPLE = Pipeline(
    "people", Files("*"), Table("people", ["id"], [Column("id", Integer(), required=True), Column("name", Text())])
)
LOADED = [(1, "Ann", 2), (2, "Bob", 3)]


def loaded(engine: InProcess, uri: str) -> list[tuple[object, ...]]:
    engine.use(PEOPLE)
    status = engine.finish(engine.register(*resolve([uri], ["*"])))
    assert [(each["state"], each["loaded"], each["rejected"]) for each in status["inputs"]] == [("done", 2, 1)]
    return engine.sql("select id, name, _line from people order by id")


@pytest.mark.parametrize("name", ["/a.csv", "/a.csv.gz"])
def test_a_file_of_a_web_server_is_loaded_from_a_copy(engine: InProcess, name: str) -> None:
    with web_files() as server:
        server.files[name] = gzip.compress(ROWS) if name.endswith("gz") else ROWS
        assert loaded(engine, server.address + name) == LOADED


def test_a_file_that_changes_while_it_is_fetched_is_noticed() -> None:
    with web_files() as server:
        uri = f"{server.address}/a.csv"
        server.files["/a.csv"] = ROWS
        before = stamp(uri)
        server.changing.add("/a.csv")
        with pytest.raises(InputChanged, match=r"a\.csv was changed while it was fetched"):
            open_input(uri)
        assert stamp(uri) != before


def test_half_a_file_is_none() -> None:
    with web_files() as server:
        server.files["/a.csv"] = ROWS * 100
        server.cut.add("/a.csv")
        with pytest.raises((TransientError, InputChanged)):
            open_input(f"{server.address}/a.csv")


def test_what_is_not_there_or_cannot_be_reached_says_so() -> None:
    with web_files() as server:
        uri = f"{server.address}/none.csv"
        assert not exists(uri)
        with pytest.raises(NotHere, match=r"none\.csv"):
            open_input(uri)
        with pytest.raises(ConfigError, match="No file at"):
            resolve([uri], ["*"])
    with pytest.raises(TransientError):
        stamp(uri)


def test_a_file_of_an_sftp_server(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_bytes(ROWS)
    known = _sign_in(tmp_path, monkeypatch, "secret")
    with sftp_files(tmp_path, known) as address:
        assert loaded(engine, f"{address}/a.csv") == LOADED
        assert read_range(f"{address}/a.csv", 8, 5) == (b"1,Ann", len(ROWS))
        assert not exists(f"{address}/b.csv")


def test_a_wrong_password_is_named_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = _sign_in(tmp_path, monkeypatch, "wrong-one")
    with sftp_files(tmp_path, known) as address:
        with pytest.raises(NotHere, match="FSSPEC_SFTP_USERNAME and FSSPEC_SFTP_PASSWORD") as refused:
            stamp(f"{address}/a.csv")
        assert "wrong-one" not in str(refused.value)


def test_a_server_that_nobody_knows_gets_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = _sign_in(tmp_path, monkeypatch, "secret")
    with sftp_files(tmp_path) as address:
        with pytest.raises(ConfigError, match=r"is not in .*known_hosts, so it may be another server"):
            stamp(f"{address}/a.csv")
        port = address.rpartition(":")[2]
        other = paramiko.ECDSAKey.generate()
        known.write_text(f"[127.0.0.1]:{port} {other.get_name()} {other.get_base64()}\n")
        with pytest.raises(ConfigError, match=rf"is not the one in its file.*ssh-keyscan -p {port} 127.0.0.1 >> "):
            stamp(f"{address}/a.csv")


def _sign_in(folder: Path, monkeypatch: pytest.MonkeyPatch, password: str) -> Path:
    """Give user and password as the environment does. Returns the file of known hosts."""
    from fsspec.config import conf

    # what fsspec makes of FSSPEC_SFTP_USERNAME and FSSPEC_SFTP_PASSWORD when it is imported
    monkeypatch.setitem(conf, "sftp", {"username": "ann", "password": password, "allow_agent": False})
    known = folder / "known_hosts"
    monkeypatch.setattr(host_keys, "FILES", (folder / "none", known))
    return known


@pytest.mark.parametrize(
    "uri",
    [
        "https://ann:secret@example.org/a.csv",
        "sftp://ann:secret@example.org/a.csv",
        "https://example.org/a?token=secret",
    ],
)
def test_an_address_with_a_secret_is_refused_without_it(uri: str) -> None:
    with pytest.raises(ConfigError, match="an address is kept and shown") as refused:
        resolve([uri], ["*"])
    assert "secret" not in str(refused.value)
