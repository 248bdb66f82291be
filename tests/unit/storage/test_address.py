"""How places are written: schemes, members of archives, and addresses that hold what nobody should see."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.engine.storage import is_remote, join, split_member
from sluice.engine.storage.address import bucket_and_key, local_path, scrubbed
from sluice.errors import ConfigError


def test_an_address_in_an_object_store_is_remote_and_a_path_is_not() -> None:
    assert [
        is_remote(uri) for uri in ("s3://b/k", "gs://b/k", "az://c/k", "abfs://c@a.dfs.core.windows.net/k", "S3://b/k")
    ] == [True] * 5
    assert [is_remote(uri) for uri in ("/x/a.csv", "a.csv", "file:///x/a.csv", "a:b.csv", "x/s3://b")] == [False] * 5


@pytest.mark.parametrize("uri", ["gopher://host/a.csv", "cached://somebody:hush@host/a.csv?sig=hush"])
def test_an_unknown_scheme_is_refused_with_those_that_are_known(uri: str) -> None:
    with pytest.raises(
        ConfigError,
        match=r"is not known\. Give a path, file:// or one of s3://, gs://, az://, abfs://, https://, sftp://\.$",
    ) as e:
        is_remote(uri)
    assert "hush" not in str(e.value)


def test_a_file_address_is_its_path() -> None:
    assert local_path("file:///x/a%20b.csv") == "/x/a b.csv"
    assert local_path("file://localhost/x") == "/x"
    assert local_path("/x/a%20b.csv") == "/x/a%20b.csv"
    with pytest.raises(ConfigError, match=r"^file://host/x: files of another host cannot be read"):
        local_path("file://host/x")


def test_names_are_joined_by_one_slash() -> None:
    assert join("s3://b/landing/", "a.csv") == "s3://b/landing/a.csv"
    assert join("s3://b", "a b%.csv") == "s3://b/a b%.csv"
    assert join("/landing", "a.csv") == "/landing/a.csv"
    assert join("file:///landing/", "a.csv") == "/landing/a.csv"


def test_a_member_is_cut_from_its_archive(tmp_path: Path) -> None:
    archive = tmp_path / "a.bin"
    archive.write_bytes(b"PK")
    assert split_member(f"{archive}::b.csv") == (str(archive), "b.csv")
    assert split_member(f"file://{archive}::in/x::y.csv") == (str(archive), "in/x::y.csv")
    assert split_member(str(archive)) == (str(archive), None)


def test_a_local_file_with_the_colons_in_its_name_stays_whole(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"another file")
    whole = tmp_path / "a::b.zip"
    whole.write_bytes(b"PK")
    assert split_member(str(whole)) == (str(whole), None)
    assert split_member(f"{whole}::c.csv") == (str(whole), "c.csv")


def test_of_what_is_not_there_a_name_that_ends_in_zip_has_members() -> None:
    assert split_member("/gone/a.zip::b.csv") == ("/gone/a.zip", "b.csv")
    assert split_member("/gone/a::b.csv") == ("/gone/a::b.csv", None)


def test_in_an_object_store_a_name_that_ends_in_zip_has_members() -> None:
    assert split_member("s3://b/a.zip::b.csv") == ("s3://b/a.zip", "b.csv")
    assert split_member("s3://b/A.ZIP::x.zip::b.csv") == ("s3://b/A.ZIP", "x.zip::b.csv")
    assert split_member("s3://b/a::b.csv") == ("s3://b/a::b.csv", None)


def test_credentials_in_an_address_are_refused_and_not_shown() -> None:
    for uri in ("s3://AKIA:hush@b/k", "s3://AKIA:hu/sh@b/k", "s3://hush@b/k"):
        with pytest.raises(ConfigError, match="credentials do not belong in an address") as e:
            bucket_and_key(uri)
        assert "hu" not in str(e.value).replace("Set AWS", "")
    assert bucket_and_key("abfs://files@account.dfs.core.windows.net/k") == ("files@account.dfs.core.windows.net", "k")
    assert bucket_and_key("s3://b/a@b:c") == ("b", "a@b:c")


def test_a_text_is_scrubbed_of_users_and_signatures_and_of_nothing_else() -> None:
    assert scrubbed("cannot reach http://me:hush@host:80/x now") == "cannot reach http://...@host:80/x now"
    assert scrubbed("https://a.blob.core.windows.net/c/k?sv=1&sig=hush") == "https://a.blob.core.windows.net/c/k?..."
    assert scrubbed("s3://b/a?.csv and s3://b/x@y.csv") == "s3://b/a?.csv and s3://b/x@y.csv"
