"""Where files live, as a user meets it: object storage, archives, standard input, folders, patterns and the inbox."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from tests.faults.checks import assert_all_is_well
from tests.faults.sample import make_sample
from tests.faults.test_messages import send
from tests.faults.test_object_storage import counted, zipped
from tests.kit.object_store import ObjectStore, running
from tests.kit.stack import Stack, until


@pytest.fixture(scope="module")
def store() -> Iterator[ObjectStore]:
    with running() as made:
        yield made


@pytest.fixture
def texts(tmp_path: Path) -> list[bytes]:
    """Six files of 1,500 call logs, each of two parts of 64 KiB."""
    return [path.read_bytes() for path in make_sample(tmp_path / "made", rows=9_000, files=6).paths]


@pytest.fixture
def stack(stack: Stack) -> Stack:
    """Its workers read ranges of 64 KiB."""
    stack.env["SLUICE_PART_BYTES"] = "65536"
    return stack


def _from_stdin(stack: Stack, stdin: IO[bytes] | None = None, piped: bytes | None = None) -> dict[str, Any]:
    """`sluice run call_logs - < file`, or `... | sluice run call_logs -`."""
    command = [sys.executable, "-m", "sluice.cli.main", "run", "call_logs", "-", "--json"]
    done = subprocess.run(
        command, stdin=stdin, input=piped, env=stack.env, cwd=stack.home, capture_output=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stderr.decode() + stack.logs()
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_pattern_a_gzip_and_a_zip_in_object_storage_with_the_landing_there_too(
    stack: Stack, store: ObjectStore, texts: list[bytes], tmp_path: Path
) -> None:
    names = ["a.csv", "b.csv", "c.csv", "d.csv.gz", "e.zip::one.csv", "e.zip::two.csv"]
    sample = counted(tmp_path / "counted", dict(zip(names, texts, strict=True)))
    packed = {"d.csv.gz": gzip.compress(texts[3]), "e.zip": zipped({"one.csv": texts[4], "two.csv": texts[5]})}
    objects = dict(zip(names[:3], texts, strict=False)) | packed | {"notes.txt": b"none of them"}
    store.fill("all", {f"calls/{name}": body for name, body in objects.items()})
    stack.env |= store.env | {"SLUICE_LANDING": "s3://all/landing"}
    stack.worker(2)

    status = stack.sluice("run", "call_logs", *(f"s3://all/calls/{name}" for name in ("*.csv", "d.csv.gz", "e.zip")))

    assert [each["uri"] for each in status["inputs"]] == [f"s3://all/calls/{name}" for name in names]
    assert [each["parts_total"] for each in status["inputs"]] == [2] * 6
    assert_all_is_well(stack, status["run"], sample)
    landed = [each["Key"] for each in store.s3.list_objects_v2(Bucket="all", Prefix="landing/")["Contents"]]
    assert sorted(landed) == sorted(f"landing/{hashlib.sha256(text).hexdigest()}" for text in texts[3:])
    folder = stack.home / "landing"
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.slow
def test_standard_input_from_a_pipe_and_from_a_packed_file(stack: Stack, texts: list[bytes], tmp_path: Path) -> None:
    stack.worker(2)
    packed = tmp_path / "file.csv.gz"
    packed.write_bytes(gzip.compress(texts[1]))

    piped = _from_stdin(stack, piped=texts[0])

    name = f"{hashlib.sha256(texts[0]).hexdigest()}-stdin"
    assert [each["uri"] for each in piped["inputs"]] == [str(stack.home / "landing" / name)]
    assert_all_is_well(stack, piped["run"], counted(tmp_path / "piped", {name: texts[0]}))
    stack.empty("customer_call_logs")

    with packed.open("rb") as file:
        redirected = _from_stdin(stack, stdin=file)

    name = f"{hashlib.sha256(packed.read_bytes()).hexdigest()}-stdin"
    assert_all_is_well(stack, redirected["run"], counted(tmp_path / "redirected", {name: texts[1]}))
    with packed.open("rb") as file:
        assert _from_stdin(stack, stdin=file)["inputs"][0]["state"] == "already_loaded"


def test_a_folder_a_pattern_a_file_address_and_one_member_of_an_archive(
    stack: Stack, texts: list[bytes], tmp_path: Path
) -> None:
    stack.worker(2)
    folder = tmp_path / "call logs"
    folder.mkdir()
    for name, text in zip(("a.csv", "b.csv", "c 1.csv", "not these.txt"), texts, strict=False):
        (folder / name).write_bytes(text)
    other = tmp_path / "other"
    other.mkdir()
    (other / "x1.csv").write_bytes(texts[4])
    (other / "x2.csv").write_bytes(texts[5])
    archive = tmp_path / "both.zip"
    archive.write_bytes(zipped({"in/no.csv": b"never read\n", "in/yes.csv": texts[3]}))
    words = [f"file://{folder}/c%201.csv", str(folder), str(other / "x?.csv"), f"{archive}::in/yes.csv"]

    status = stack.sluice("run", "call_logs", *words)

    held = {"c 1.csv": texts[2], "a.csv": texts[0], "b.csv": texts[1], "x1.csv": texts[4], "x2.csv": texts[5]}
    assert_all_is_well(stack, status["run"], counted(tmp_path / "counted", held | {"yes.csv": texts[3]}))
    assert [each["uri"] for each in status["inputs"]] == [
        *(str(folder / name) for name in ("c 1.csv", "a.csv", "b.csv")),
        *(str(other / name) for name in ("x1.csv", "x2.csv")),
        f"{archive}::in/yes.csv",
    ]


def test_the_inbox_may_be_in_object_storage(
    stack: Stack, store: ObjectStore, texts: list[bytes], tmp_path: Path
) -> None:
    names = ["monday.csv", "tuesday.csv"]
    sample = counted(tmp_path / "counted", dict(zip(names, texts, strict=False)))
    objects = {f"drop/call_logs/{name}": text for name, text in zip(names, texts, strict=False)}
    store.fill("inbox", objects | {"drop/call_logs/.hidden.csv": b"x", "drop/wind_farms/other.csv": b"x"})
    stack.env |= store.env | {"SLUICE_INBOX": "s3://inbox/drop"}
    stack.sluice("migrate")
    stack.worker(2)

    for _ in range(2):
        send(stack, "scheduled", ["call_logs"], queue="dispatch")

    (run,) = until(lambda: stack.sql("select id from sluice.run"), 120, "a run")[0]
    status = stack.wait(run)
    assert [each["uri"] for each in status["inputs"]] == [f"s3://inbox/drop/call_logs/{name}" for name in names]
    assert_all_is_well(stack, run, sample)
    assert stack.sql("select count(*) from sluice.run") == [(1,)]
