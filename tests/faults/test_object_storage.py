"""An object store that dies, refuses, or whose objects change and vanish while parts of them are read."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from pathlib import Path

import boto3
import pytest

from tests.faults.sample import Sample, make_sample
from tests.faults.trial import Trial
from tests.kit.object_store import KEYS, ObjectStore
from tests.kit.ports import free_port
from tests.kit.stack import Stack, Worker, until

WRONG = {"AWS_ACCESS_KEY_ID": "AKIAMADEUPANDWRONG00", "AWS_SECRET_ACCESS_KEY": "made-up/and+wrong"}
ALL_OF_S3 = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def counted(folder: Path, texts: Mapping[str, bytes]) -> Sample:
    """The sample of inputs whose addresses end in these names, whatever they are packed in, and hold these texts."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_bytes(text)
    return Sample(tuple(folder / name for name in texts))


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A zip archive of these files."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as into:
        for name, content in members.items():
            into.writestr(name, content)
    return archive.getvalue()


def lose_patience(trial: Trial) -> None:
    """Wait until a step misses its file, and let half a minute pass for it."""
    waits = "select count(*) from sluice.step where missing_since is not null"
    until(lambda: trial.ask(waits)[0][0] > 0, 120, "a step that misses its file")
    trial.ask("with aged as (update sluice.step set missing_since = missing_since - interval '1 minute' returning 1)"
              " select count(*) from aged")  # fmt: skip


class MortalStore(ObjectStore):
    """moto's server on a port that stays its own; it keeps everything in memory."""

    def __init__(self) -> None:
        self.port = free_port()
        super().__init__(f"http://127.0.0.1:{self.port}")
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(self._answers, 120, "the object store")

    def kill(self) -> None:
        """SIGKILL: what was being sent is cut off, and nobody listens any more."""
        self._process.kill()
        self._process.wait(120)

    def contents(self) -> dict[str, dict[str, bytes]]:
        """Every object, by bucket and key."""
        return {
            bucket["Name"]: {
                each["Key"]: self.s3.get_object(Bucket=bucket["Name"], Key=each["Key"])["Body"].read()
                for each in self.s3.list_objects_v2(Bucket=bucket["Name"]).get("Contents", [])
            }
            for bucket in self.s3.list_buckets()["Buckets"]
        }

    def ask_for_keys(self, allowed_requests: float) -> None:
        """Let so many requests through, and from then on only those of users with the right keys."""
        connection = HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", "/moto-api/reset-auth", str(allowed_requests), {"Content-Type": "text/plain"})
        assert connection.getresponse().status == 200
        connection.close()

    def _answers(self) -> bool:
        assert self._process.poll() is None, "the object store ended"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@pytest.fixture(scope="module")
def store() -> Iterator[MortalStore]:
    made = MortalStore()
    try:
        yield made
        made.s3.close()
    finally:
        made.kill()


@pytest.fixture
def own(trial: Trial, store: MortalStore, tmp_path: Path) -> Trial:
    """Two files of call logs in a bucket, the second one packed; the landing is there, too."""
    made = make_sample(tmp_path / "made", rows=20_000)
    first, second = (path.read_bytes() for path in made.paths)
    trial.sample = counted(tmp_path / "counted", {"first.csv": first, "second.csv.gz": second})
    trial.stack.env |= store.env | {"SLUICE_LANDING": f"s3://{bucket(trial)}/landing"}
    store.fill(bucket(trial), {"calls/first.csv": first, "calls/second.csv.gz": gzip.compress(second)})
    return trial


def bucket(trial: Trial) -> str:
    """One for each test, named after its database."""
    return trial.stack.database_url.rpartition("/")[2].replace("_", "-")


def enqueue(trial: Trial) -> None:
    trial.run = trial.stack.enqueue(*(f"s3://{bucket(trial)}/calls/{path.name}" for path in trial.sample.paths))


def stop_half_way(trial: Trial) -> Worker:
    """A worker that is stopped when some parts are loaded, of which some are of the first file."""
    enqueue(trial)
    worker = trial.stack.worker(SLUICE_LEASE_S="60")  # it is stopped while a store starts: no lease runs out meanwhile
    copied = "select landed is not null from sluice.input order by position desc limit 1"
    until(lambda: trial.ask(copied) == [(True,)], 120, "a copy of the packed file")
    trial.half_way(15)
    os.killpg(worker.process.pid, signal.SIGSTOP)
    return worker


def go_on(worker: Worker) -> None:
    os.killpg(worker.process.pid, signal.SIGCONT)


def outcomes(trial: Trial) -> list[tuple[object, ...]]:
    ask = "select state, error_code from sluice.input where run_id = %s order by position"
    return trial.ask(ask, trial.run)


@pytest.mark.slow
def test_a_store_killed_while_parts_are_read_is_waited_for(own: Trial, store: MortalStore) -> None:
    worker = stop_half_way(own)
    kept = store.contents()
    store.kill()
    own.struck()
    go_on(worker)
    waits = "state = 'due' and error like '%%the object store does not answer%%'"
    until(lambda: own.count(waits) >= 2, 120, "steps that wait for the store")
    os.killpg(worker.process.pid, signal.SIGSTOP)  # until all that it held is there again
    store.start()
    for name, objects in kept.items():
        store.fill(name, objects)
    go_on(worker)
    own.finish()
    own.assert_all_is_well(frames=True)
    assert own.count("crashes > 0 or vanished > 0 or missing_since is not null") == 0
    assert own.ask("select sum(replans) from sluice.input") == [(0,)]


@pytest.mark.slow
def test_an_object_overwritten_while_its_parts_are_read_is_taken_back_and_planned_again(
    own: Trial, store: MortalStore, tmp_path: Path
) -> None:
    worker = stop_half_way(own)
    new = make_sample(tmp_path / "new", rows=5_000, files=1, seed=9).paths[0].read_bytes()
    store.fill(bucket(own), {"calls/first.csv": new, "calls/second.csv.gz": b"of no interest: it is copied"})
    own.struck()
    go_on(worker)
    own.finish()
    own.sample = counted(
        tmp_path / "new counted", {"first.csv": new, "second.csv.gz": own.sample.paths[1].read_bytes()}
    )
    own.assert_all_is_well(frames=True)
    assert own.ask("select replans from sluice.input order by position") == [(1,), (0,)]


@pytest.mark.slow
def test_an_object_deleted_while_its_parts_are_read_fails_with_its_rows_taken_back(
    own: Trial, store: MortalStore
) -> None:
    worker = stop_half_way(own)
    store.s3.delete_object(Bucket=bucket(own), Key="calls/first.csv")
    own.struck()
    go_on(worker)
    lose_patience(own)
    own.finish()
    assert outcomes(own) == [("failed", "file_missing"), ("done", None)]
    ((reason,),) = own.ask("select error from sluice.input where state = 'failed'")
    assert "there is no such object, or no such bucket. Is it moved, or not there yet?" in reason
    own.sample = Sample(own.sample.paths[1:])
    own.assert_all_is_well(frames=True)


@pytest.fixture
def keys(own: Trial, store: MortalStore) -> Iterator[dict[str, str]]:
    """From here on the store asks for keys, and these are the only right ones."""
    address = {"endpoint_url": store.env["AWS_ENDPOINT_URL"], "region_name": KEYS["AWS_DEFAULT_REGION"]}
    iam = boto3.client("iam", **address, aws_access_key_id="any", aws_secret_access_key="any")
    iam.create_user(UserName=bucket(own))
    iam.put_user_policy(UserName=bucket(own), PolicyName="s3", PolicyDocument=json.dumps(ALL_OF_S3))
    made = iam.create_access_key(UserName=bucket(own))["AccessKey"]
    iam.close()
    store.ask_for_keys(0)
    try:
        yield {"AWS_ACCESS_KEY_ID": made["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": made["SecretAccessKey"]}
    finally:
        store.ask_for_keys(float("inf"))


@pytest.mark.slow
def test_wrong_keys_fail_with_their_reason_and_are_nowhere_to_be_read(own: Trial, keys: dict[str, str]) -> None:
    own.stack.env |= keys
    enqueue(own)
    own.stack.worker(2, **WRONG)
    own.struck()
    until(lambda: own.count("missing_since is not null") == 2, 120, "plans that are not allowed to read")
    assert_no_secret(own.stack, keys)
    lose_patience(own)
    own.finish()
    assert (own.state(), outcomes(own)) == ("failed", [("failed", "file_missing"), ("failed", "file_missing")])
    for (reason,) in own.ask("select error from sluice.input"):
        assert re.match(r"s3://\S+: (permission denied|no valid credentials) \(", reason), reason
    assert own.count("crashes > 0 or vanished > 0") == 0
    assert own.ask("select count(*) from customer_call_logs") == [(0,)]
    own.stack.env |= WRONG
    typed = own.stack.sluice("run", "call_logs", f"s3://{bucket(own)}/calls/first.csv", ok=False)
    assert typed["exit_code"] == 2
    assert_no_secret(own.stack, keys, str(typed))


@pytest.mark.slow
def test_a_worker_with_wrong_keys_leaves_the_work_to_one_with_the_right_keys(own: Trial, keys: dict[str, str]) -> None:
    own.stack.env |= keys | {"SLUICE_PART_BYTES": "262144"}
    enqueue(own)
    own.stack.worker(1, **keys | {"AWS_SECRET_ACCESS_KEY": WRONG["AWS_SECRET_ACCESS_KEY"]})
    until(lambda: own.count("missing_since is not null") > 0, 120, "a plan that is not allowed to read")
    own.struck()
    own.stack.worker(1)
    own.finish()
    own.assert_all_is_well()
    assert own.count("crashes > 0 or vanished > 0") == 0
    assert_no_secret(own.stack, keys)


def assert_no_secret(stack: Stack, keys: dict[str, str], *more: str) -> None:
    """Neither of the keys is in a log, in the ledger, in Redis, or in what else is given."""
    texts = [*more, *(path.read_text() for path in stack.home.glob("*.log")), *_ledger(stack), *_messages(stack)]
    for secret in (*WRONG.values(), *keys.values()):
        assert not any(secret in text for text in texts)


def _ledger(stack: Stack) -> Iterator[str]:
    for (name,) in stack.sql("select tablename from pg_tables where schemaname = 'sluice'"):
        for (row,) in stack.sql(f"select t::text from sluice.{name} t"):
            yield row


def _messages(stack: Stack) -> Iterator[str]:
    client = stack.redis()
    for key in client.scan_iter(_type="list"):
        yield from (each.decode() for each in client.lrange(key, 0, -1))
    yield from (each.decode() for each in client.hvals("unacked"))
