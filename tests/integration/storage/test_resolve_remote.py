"""From what is typed to objects of a store: keys, globs, prefixes, zip archives and the inbox."""

from __future__ import annotations

import io
import zipfile

import pytest

from sluice.engine.sources.files.resolve import in_inbox, resolve
from sluice.errors import ConfigError, NotHere
from tests.integration.storage.conftest import Bucket


def found(bucket: Bucket, *typed: str, pattern: str = "*.csv") -> list[str]:
    return [uri.removeprefix(f"{bucket.uri}/") for uri in resolve([f"{bucket.uri}/{t}" for t in typed], [pattern])]


@pytest.fixture
def calls(bucket: Bucket) -> Bucket:
    bucket.fill("calls/", "calls/b.csv", "calls/a.csv", "calls/.hidden.csv", "calls/notes.txt", "calls/old/c.csv")
    return bucket


def test_a_key_is_that_object(calls: Bucket) -> None:
    assert found(calls, "calls/notes.txt", "calls/a.csv", "calls/notes.txt") == ["calls/notes.txt", "calls/a.csv"]


@pytest.mark.parametrize("typed", ["calls/", "calls"])
def test_a_prefix_is_the_objects_directly_below_it_that_fit_the_pattern(calls: Bucket, typed: str) -> None:
    assert found(calls, typed) == ["calls/a.csv", "calls/b.csv"]
    assert found(calls, typed, pattern="notes.*") == ["calls/notes.txt"]


def test_a_whole_bucket_is_a_prefix_too(bucket: Bucket) -> None:
    bucket.fill("b.csv", "a.csv", "sub/c.csv")
    assert resolve([bucket.uri], ["*.csv"]) == resolve([f"{bucket.uri}/"], ["*.csv"])
    assert found(bucket, "") == ["a.csv", "b.csv"]


def test_a_key_comes_before_the_prefix_of_that_name_unless_a_slash_says_otherwise(bucket: Bucket) -> None:
    bucket.fill("calls", "calls/a.csv")
    assert found(bucket, "calls") == ["calls"]
    assert found(bucket, "calls/") == ["calls/a.csv"]


def test_a_glob_finds_objects_sorted_by_name_and_leaves_hidden_ones_out(calls: Bucket) -> None:
    assert found(calls, "calls/*.csv") == ["calls/a.csv", "calls/b.csv"]
    assert found(calls, "calls/[b-z].csv") == ["calls/b.csv"]
    assert found(calls, "*/old/?.csv") == ["calls/old/c.csv"]
    assert found(calls, "**/*.csv") == ["calls/a.csv", "calls/b.csv", "calls/old/c.csv"]
    assert found(calls, "calls/.h*") == ["calls/.hidden.csv"]


def test_what_is_given_first_comes_first_and_each_object_once(calls: Bucket) -> None:
    assert found(calls, "calls/b.csv", "calls/*.csv", "calls") == ["calls/b.csv", "calls/a.csv"]


def test_a_key_that_looks_like_a_glob_is_that_object(bucket: Bucket) -> None:
    bucket.fill("*.csv", "a.csv", "[x].csv", "x.csv")
    assert found(bucket, "*.csv") == ["*.csv"]
    assert found(bucket, "[x].csv") == ["[x].csv"]
    assert found(bucket, "?.csv") == ["*.csv", "a.csv", "x.csv"]


@pytest.mark.parametrize("typed", ["calls/x.csv", "calls/x*.csv", "nothing/", "calls/*.csv/"])
def test_what_leads_to_no_object_is_named(calls: Bucket, typed: str) -> None:
    with pytest.raises(ConfigError) as raised:
        found(calls, "calls/a.csv", typed)
    assert str(raised.value).startswith(f"No file at '{calls.uri}/{typed}': check the path")


def test_a_bucket_that_is_not_there_is_named(bucket: Bucket) -> None:
    for typed in ("s3://no-such-bucket/calls/", "s3://no-such-bucket/*.csv", "s3://no-such-bucket/a.zip::b.csv"):
        with pytest.raises(ConfigError) as raised:
            resolve([typed], ["*.csv"])
        assert str(raised.value).startswith(f"No file at '{typed}'")


def test_the_inbox_may_be_a_prefix(calls: Bucket) -> None:
    calls.fill("in[b]ox/calls/1.csv", "in[b]ox/calls/x/2.csv", "inbox/calls/3.csv")
    for inbox in (f"{calls.uri}/in[b]ox", f"{calls.uri}/in[b]ox/"):
        assert in_inbox(inbox, "calls/*.csv") == [f"{calls.uri}/in[b]ox/calls/1.csv"]
        assert in_inbox(inbox, "*.csv") == []
    assert in_inbox(calls.uri, "calls/*.csv") == [f"{calls.uri}/calls/a.csv", f"{calls.uri}/calls/b.csv"]


def test_an_inbox_in_a_bucket_that_is_not_there_is_not_here(bucket: Bucket) -> None:
    with pytest.raises(NotHere, match=r"^s3://no-such-bucket/inbox/: there is no such object, or no such bucket"):
        in_inbox("s3://no-such-bucket/inbox", "*.csv")


def test_a_zip_is_its_members_in_the_order_of_their_names(bucket: Bucket) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in ("z.csv", "a b.csv", "__MACOSX/._z.csv", "sub/x::y.csv"):
            archive.writestr(name, "id\n1\n")
    bucket.put("calls/Day.ZIP", packed.getvalue())
    bucket.put("calls/broken.zip", b"PK\x03\x04 and no more")
    members = ["calls/Day.ZIP::a b.csv", "calls/Day.ZIP::sub/x::y.csv", "calls/Day.ZIP::z.csv"]
    assert found(bucket, "calls/Day.ZIP") == members
    assert found(bucket, "calls/*") == [*members, "calls/broken.zip"]
    assert in_inbox(f"{bucket.uri}/calls", "*.ZIP") == [f"{bucket.uri}/{each}" for each in members]
    assert found(bucket, "calls/Day.ZIP::a b.csv", "calls/Day.ZIP::nothing") == [members[0], "calls/Day.ZIP::nothing"]
    with pytest.raises(ConfigError, match="No file at"):
        found(bucket, "calls/night.zip::a.csv")


def test_numbers_in_names_are_compared_as_numbers(bucket: Bucket) -> None:
    bucket.fill("parts/part_10.csv", "parts/part_9.csv", "parts/part_09.csv", "parts/x10/a.csv", "parts/x9/a.csv")
    assert found(bucket, "parts/") == ["parts/part_09.csv", "parts/part_9.csv", "parts/part_10.csv"]
    assert found(bucket, "parts/p*") == ["parts/part_09.csv", "parts/part_9.csv", "parts/part_10.csv"]
    assert found(bucket, "parts/**/a.csv") == ["parts/x9/a.csv", "parts/x10/a.csv"]
    assert in_inbox(f"{bucket.uri}/parts", "x*/a.csv") == [f"{bucket.uri}/parts/{x}/a.csv" for x in ("x9", "x10")]
