"""The functions of storage on a real server that speaks S3: bytes, ranges, stamps, uploads, listings."""

from __future__ import annotations

import multiprocessing
import os
import random
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from sluice.engine.storage import exists, listed, open_input, put, read_blocks, read_range, remove, stamp
from sluice.errors import ConfigError, InputChanged, NotHere
from tests.integration.storage.conftest import Bucket

MIB = 1 << 20


def test_an_object_is_opened_and_read_from_anywhere(bucket: Bucket) -> None:
    bucket.put("a.csv", b"id,name\n1,Ada\n")
    with open_input(f"{bucket.uri}/a.csv") as stream:
        assert stream.read(3) == b"id,"
        stream.seek(-4, os.SEEK_END)
        assert stream.tell() == 10
        assert stream.read() == b"Ada\n"
        assert stream.read(1) == b""


def test_a_range_comes_with_the_size_now_and_ends_with_the_object(bucket: Bucket) -> None:
    bucket.put("a.csv", b"0123456789")
    uri = f"{bucket.uri}/a.csv"
    assert read_range(uri, 2, 3) == (b"234", 10)
    assert read_range(uri, 8, 100) == (b"89", 10)
    assert read_range(uri, 10, 5) == (b"", 10)
    assert read_range(uri, 50, 5) == (b"", 10)
    assert read_range(uri, 0, 0) == (b"", 10)


def test_blocks_are_the_range_however_large(bucket: Bucket) -> None:
    body = random.Random(1).randbytes(20 * MIB)
    bucket.put("big", body)
    blocks = list(read_blocks(f"{bucket.uri}/big", 5, 19 * MIB, block=3 * MIB))
    assert max(map(len, blocks)) == 3 * MIB
    assert b"".join(blocks) == body[5 : 5 + 19 * MIB]
    assert b"".join(read_blocks(f"{bucket.uri}/big", 19 * MIB, 5 * MIB)) == body[19 * MIB :]


def test_a_large_object_is_read_whole_in_order(bucket: Bucket) -> None:
    body = random.Random(2).randbytes(20 * MIB + 3)
    bucket.put("big", body)
    with open_input(f"{bucket.uri}/big") as stream:
        assert b"".join(iter(lambda: stream.read(MIB), b"")) == body


def test_overwriting_an_object_changes_its_stamp_and_nothing_else_does(bucket: Bucket) -> None:
    uri = f"{bucket.uri}/a.csv"
    bucket.put("a.csv", b"one")
    first = stamp(uri)
    assert stamp(uri) == first
    bucket.put("a.csv", b"two")
    assert stamp(uri) != first


def test_an_object_that_is_overwritten_while_it_is_read_has_changed(bucket: Bucket) -> None:
    bucket.put("a.csv", bytes(20 * MIB))
    with open_input(f"{bucket.uri}/a.csv") as stream:
        stream.read(MIB)
        bucket.put("a.csv", b"1" * (20 * MIB))
        with pytest.raises(InputChanged, match=rf"{bucket.uri}/a\.csv was changed while it was read"):
            stream.read()


@pytest.mark.parametrize("size", [0, 5, 30 * MIB])
def test_a_local_file_becomes_an_object_and_is_gone(bucket: Bucket, tmp_path: Path, size: int) -> None:
    body = random.Random(size).randbytes(size)
    local = tmp_path / "local"
    local.write_bytes(body)
    put(local, f"{bucket.uri}/landing/object")
    assert bucket.get("landing/object") == body
    assert not local.exists()


def test_a_large_file_is_sent_in_pieces(bucket: Bucket, tmp_path: Path) -> None:
    local = tmp_path / "local"
    local.write_bytes(bytes(30 * MIB))
    put(local, f"{bucket.uri}/object")
    assert bucket.head("object")["ETag"].endswith('-4"')


def test_an_object_is_there_until_it_is_removed_and_removing_it_twice_is_no_error(bucket: Bucket) -> None:
    bucket.fill("folder/a.csv")
    assert exists(f"{bucket.uri}/folder/a.csv")
    assert not exists(f"{bucket.uri}/folder")
    assert not exists(f"{bucket.uri}/folder/a")
    remove(f"{bucket.uri}/folder/a.csv")
    assert not exists(f"{bucket.uri}/folder/a.csv")
    remove(f"{bucket.uri}/folder/a.csv")


def test_a_listing_has_what_is_directly_below_the_prefix_with_its_time_in_utc(bucket: Bucket) -> None:
    bucket.fill("calls/", "calls/a.csv", "calls/sub/b.csv", "callsign.csv", "other/c.csv")
    found = dict(listed(f"{bucket.uri}/calls"))
    assert list(found) == [f"{bucket.uri}/calls/a.csv"]
    when = found[f"{bucket.uri}/calls/a.csv"]
    assert when.tzinfo is UTC
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=5)
    assert [uri for uri, _ in listed(f"{bucket.uri}/calls/")] == [f"{bucket.uri}/calls/a.csv"]
    assert [uri for uri, _ in listed(bucket.uri)] == [f"{bucket.uri}/callsign.csv"]


def test_a_listing_is_never_remembered(bucket: Bucket) -> None:
    bucket.fill("calls/a.csv")
    assert len(list(listed(f"{bucket.uri}/calls"))) == 1
    bucket.fill("calls/b.csv")
    assert len(list(listed(f"{bucket.uri}/calls"))) == 2


def test_a_prefix_without_objects_has_none(bucket: Bucket) -> None:
    bucket.fill("calls.csv")
    assert list(listed(f"{bucket.uri}/nothing")) == []
    assert list(listed(f"{bucket.uri}/calls.csv")) == []


@pytest.mark.parametrize(
    "key",
    [
        "b c.csv",
        " x .csv",
        "grün/ß.csv",
        "a+b.csv",
        "100%.csv",
        "a%20b.csv",
        "*.csv",
        "[ab]?.csv",
        "q?a=1&b=2.csv",
        "part#1.csv",
        "x::y.csv",
        "a@b:c.csv",
        "'\".csv",
        "~.csv",
        "日本/*/**.csv",
    ],
)
def test_a_key_is_taken_letter_by_letter(bucket: Bucket, tmp_path: Path, key: str) -> None:
    uri = f"{bucket.uri}/{key}"
    bucket.put(key, b"0123")
    bucket.put("a.csv", b"other")
    assert read_range(uri, 1, 2) == (b"12", 4)
    with open_input(uri) as stream:
        assert stream.read() == b"0123"
    local = tmp_path / "local"
    local.write_bytes(b"new")
    put(local, uri)
    assert bucket.get(key) == b"new"
    assert uri in dict(listed(uri.rpartition("/")[0]))
    remove(uri)
    assert not exists(uri)
    assert exists(f"{bucket.uri}/a.csv")


def test_a_key_with_two_slashes_is_read_as_it_is(bucket: Bucket) -> None:
    bucket.put("a//b.csv", b"0123")
    bucket.put("a/b.csv", b"other")
    assert read_range(f"{bucket.uri}/a//b.csv", 1, 2) == (b"12", 4)


def test_with_a_member_the_archive_is_meant(bucket: Bucket) -> None:
    bucket.put("a.zip", b"PK")
    uri = f"{bucket.uri}/a.zip::in/side.csv"
    assert read_range(uri, 0, 2) == (b"PK", 2)
    assert exists(uri)
    assert stamp(uri) == stamp(f"{bucket.uri}/a.zip")


def test_what_is_not_there_is_not_here(bucket: Bucket, tmp_path: Path) -> None:
    bucket.fill("calls/a.csv")
    missing = "there is no such object, or no such bucket"
    for uri in (f"{bucket.uri}/nothing.csv", f"{bucket.uri}/calls", "s3://no-such-bucket/a.csv"):
        for ask in (open_input, stamp, lambda each: read_range(each, 0, 1), lambda each: list(read_blocks(each, 0, 1))):
            with pytest.raises(NotHere, match=f"^{uri}: {missing}"):
                ask(uri)
    with pytest.raises(NotHere, match=missing):
        list(listed("s3://no-such-bucket/calls"))
    with pytest.raises(NotHere, match=missing):
        list(listed("s3://no-such-bucket"))
    local = tmp_path / "local"
    local.write_bytes(b"kept")
    with pytest.raises(NotHere, match=missing):
        put(local, "s3://no-such-bucket/a.csv")
    assert local.read_bytes() == b"kept"


def test_a_bucket_has_to_be_named(bucket: Bucket) -> None:
    with pytest.raises(ConfigError, match=r"^s3:///a\.csv: no bucket is named\. Write s3://bucket/name\.$"):
        open_input("s3:///a.csv")


def test_a_child_that_is_forked_after_the_parent_read_can_read_too(bucket: Bucket) -> None:
    uri = f"{bucket.uri}/a.csv"
    bucket.put("a.csv", b"0123456789")
    with open_input(uri) as stream:
        assert stream.read(2) == b"01"
        context = multiprocessing.get_context("fork")
        ours, theirs = context.Pipe()
        child = context.Process(target=_read_in_child, args=(uri, theirs))
        child.start()
        assert ours.poll(30)
        assert ours.recv() == [b"0123456789", b"345", b"0123456789"]
        child.join(30)
        assert child.exitcode == 0
        assert stream.read() == b"23456789"
    assert read_range(uri, 3, 3) == (b"345", 10)


def _read_in_child(uri: str, answer: Connection) -> None:
    with open_input(uri) as stream:
        whole = stream.read()
    answer.send([whole, read_range(uri, 3, 3)[0], b"".join(read_blocks(uri, 0, 10, 4))])
