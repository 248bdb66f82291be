"""What goes by way of the landing: struck while it is copied, before it is planned, while parts are read or held."""

from __future__ import annotations

import bz2
import gzip
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from tests.faults.checks import assert_a_second_time_changes_nothing
from tests.faults.sample import make_sample
from tests.faults.test_object_storage import counted, lose_patience, outcomes, zipped
from tests.faults.test_processes import failing, stopped_child
from tests.faults.trial import Trial, count_of
from tests.kit.stack import Worker, until

PART_BYTES = 1 << 18
LONG = {"SLUICE_LEASE_S": "30"}  # a child's death is seen by its parent; no lease runs out meanwhile


@dataclass
class Way:
    """A trial of two packed files: a large one, which takes its time to be unpacked and has many parts, and a small."""

    trial: Trial
    large: Path
    small: Path
    texts: dict[str, bytes]

    @property
    def landing(self) -> Path:
        return self.trial.stack.home / "landing"

    @property
    def parts(self) -> int:
        """How many parts the large file has."""
        return -(-len(self.texts[self.large.name]) // PART_BYTES)

    def begin(self, concurrency: int = 2, env: Mapping[str, str] | None = None, limit: str | None = None) -> Worker:
        """Both files queued, and then a worker, which reads the large one as soon as it is ready."""
        words = ["enqueue", "call_logs", str(self.large), str(self.small)]
        words += [] if limit is None else ["--max-rejects", limit]
        self.trial.run = int(self.trial.stack.sluice(*words)["run"])
        return self.trial.stack.worker(concurrency, **(env or {}))

    def begin_and_stop_in_the_copy(self) -> int:
        """Both files on their way, and the worker's only child stopped half way through the large one: its pid."""
        child = stopped_child(self.begin(1, LONG | failing(self.trial, "plan.claimed:1:stop")))

        def is_half_way() -> bool:
            os.kill(child, signal.SIGCONT)
            time.sleep(0.002)
            os.kill(child, signal.SIGSTOP)
            return any(path.stat().st_size >= 1 << 20 for path in self.landing.glob(".*.part"))

        until(is_half_way, 120, "a copy of which there is a first MiB")
        return child

    def assert_all_is_well(self, *loaded: Path, **allowed: bool) -> None:
        """All that is promised of those of the files that could be loaded."""
        texts = {path.name: self.texts[path.name] for path in loaded or (self.large, self.small)}
        self.trial.sample = counted(self.trial.stack.home / "counted", texts)
        self.trial.assert_all_is_well(**allowed)


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bytes, bytes]]:
    """Two files: what each is, packed, and the text that it holds."""
    folder = tmp_path_factory.mktemp("packed")
    large = make_sample(folder / "large", rows=60_000, files=1, seed=3).paths[0].read_bytes()
    small = make_sample(folder / "small", rows=1_000, files=1, seed=4).paths[0].read_bytes()
    return {"large.csv.bz2": (bz2.compress(large), large), "small.csv.gz": (gzip.compress(small), small)}


@pytest.fixture
def way(trial: Trial, packed: dict[str, tuple[bytes, bytes]], tmp_path: Path) -> Way:
    trial.stack.env["SLUICE_PART_BYTES"] = str(PART_BYTES)
    folder = tmp_path / "in"
    folder.mkdir()
    for name, (content, _) in packed.items():
        (folder / name).write_bytes(content)
    large, small = (folder / name for name in packed)
    return Way(trial, large, small, {name: text for name, (_, text) in packed.items()})


@pytest.mark.slow
def test_a_child_killed_while_it_copies_costs_one_crash_and_a_piece_of_a_copy(way: Way) -> None:
    child = way.begin_and_stop_in_the_copy()
    way.trial.struck()
    os.kill(child, signal.SIGKILL)
    way.trial.finish()
    way.assert_all_is_well(frames=True)
    assert way.trial.count("crashes > 1 or vanished > 0") == 0
    left = sorted(path.name for path in way.landing.iterdir())
    assert sorted(name for name in left if not name.endswith(".part")) == sorted(
        sha256(text).hexdigest() for text in way.texts.values()
    )
    assert len(left) == 3  # two copies, and what the dead one left, which `sluice purge` takes away
    assert_a_second_time_changes_nothing(way.trial.stack, way.trial.sample)


@pytest.mark.slow
def test_a_worker_killed_when_the_copy_is_kept_and_the_plan_is_not_written(way: Way) -> None:
    worker = way.begin(1, failing(way.trial, "plan.scanned:1:stop"))
    stopped_child(worker)
    copies = [path.name for path in way.landing.iterdir()]
    assert copies == [sha256(way.texts[way.large.name]).hexdigest()]
    assert outcomes(way.trial)[0] == ("registered", None)
    worker.kill_group()
    way.trial.struck()
    way.trial.worker()
    way.trial.finish()
    way.assert_all_is_well(unacked=True)
    assert way.trial.count("crashes > 0") == 0


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "first"), [("10%", ("done", None)), ("10", ("failed", "over_limit"))])
def test_a_child_killed_between_the_last_held_part_and_the_verdict(
    way: Way, limit: str, first: tuple[str, str | None]
) -> None:
    way.small.write_bytes(b"no,calls\n1,2\n")  # it has no part that is held
    way.begin(env=LONG | failing(way.trial, f"transform.parked:{way.parts}:kill"), limit=limit)
    way.trial.finish()
    assert outcomes(way.trial) == [first, ("failed", "missing_header")]
    assert count_of(way.trial.stack.home / "failpoints", "transform.parked") == way.parts
    if first == ("done", None):
        way.assert_all_is_well(way.large, frames=True)
    else:
        assert_nothing_is_loaded(way)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["plan.committed:2", "transform.parked:1", "settle.before_commit:1"])
def test_a_copy_of_a_file_over_the_limit_fails_as_well_whoever_is_killed(way: Way, point: str) -> None:
    way.small.write_bytes(gzip.compress(way.texts[way.large.name]))  # the same content under another name
    way.begin(env=LONG | failing(way.trial, f"{point}:kill"), limit="10")
    way.trial.finish()
    assert outcomes(way.trial) == [("failed", "over_limit"), ("failed", "over_limit")]
    assert_nothing_is_loaded(way)


def assert_nothing_is_loaded(way: Way) -> None:
    """The run failed, its table is empty, and its rejects are those that each row has by itself."""
    trial = way.trial
    assert (trial.state(), trial.status()["loaded"], trial.status()["read"]) == ("failed", 0, 0)
    assert trial.ask("select count(*) from customer_call_logs") == [(0,)]
    assert trial.count("state in ('due', 'working', 'held')") == 0
    outcome = counted(trial.stack.home / "counted", {way.large.name: way.texts[way.large.name]}).outcome
    alone = sorted((each.line, each.code) for each in outcome.rejects if each.code != "key_conflict")
    assert trial.ask("select line, code from sluice.reject order by line, code") == alone


@pytest.mark.slow
def test_redis_emptied_while_parts_are_held(way: Way) -> None:
    way.small.write_bytes(b"no,calls\n1,2\n")  # it has no part: those that are counted are the large one's
    one_stays = failing(way.trial, f"transform.claimed:{way.parts // 2}:stop")  # no verdict before it is transformed
    worker = way.begin(env=LONG | one_stays, limit="10%")
    until(lambda: way.trial.count("state = 'held'") == way.parts - 1, 120, "all other parts held")
    os.killpg(worker.process.pid, signal.SIGSTOP)
    way.trial.struck()
    way.trial.stack.redis().flushall()
    os.killpg(worker.process.pid, signal.SIGCONT)
    way.trial.finish()
    assert outcomes(way.trial) == [("done", None), ("failed", "missing_header")]
    way.assert_all_is_well(way.large, frames=True)
    assert way.trial.count("crashes > 0") == 0


def _lose_the_copy(way: Way, *, source_too: bool) -> None:
    worker = way.begin()
    way.trial.half_way(5)
    os.killpg(worker.process.pid, signal.SIGSTOP)
    (way.landing / sha256(way.texts[way.large.name]).hexdigest()).unlink()
    if source_too:
        way.large.unlink()
    os.killpg(worker.process.pid, signal.SIGCONT)
    way.trial.struck()
    lose_patience(way.trial)


@pytest.mark.slow
def test_a_copy_that_is_deleted_while_its_parts_are_read_is_made_again(way: Way) -> None:
    _lose_the_copy(way, source_too=False)
    way.trial.finish()
    assert outcomes(way.trial) == [("done", None), ("done", None)]
    assert way.trial.ask("select replans from sluice.input order by id") == [(1,), (0,)]
    way.assert_all_is_well(frames=True)


def test_a_copy_and_its_file_deleted_while_parts_are_read_leave_no_row_behind(way: Way) -> None:
    _lose_the_copy(way, source_too=True)
    until(lambda: way.trial.ask("select replans from sluice.input order by id")[0][0] > 0, 120, "a second plan")
    lose_patience(way.trial)
    way.trial.finish()
    assert outcomes(way.trial) == [("failed", "file_missing"), ("done", None)]
    ((reason,),) = way.trial.ask("select error from sluice.input where state = 'failed'")
    assert str(way.large) in reason
    way.assert_all_is_well(way.small, frames=True)


@pytest.mark.slow
def test_a_file_deleted_once_it_is_copied_is_loaded_all_the_same(way: Way) -> None:
    worker = way.begin()
    way.trial.half_way(5)
    os.killpg(worker.process.pid, signal.SIGSTOP)
    way.large.unlink()
    way.small.unlink()
    os.killpg(worker.process.pid, signal.SIGCONT)
    way.trial.struck()
    way.trial.finish()
    way.assert_all_is_well(frames=True)


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 1 MiB, where this may mount one."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.decode().strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_landing_is_waited_for_and_costs_no_attempt(way: Way, tiny: Path) -> None:
    way.trial.stack.env["SLUICE_LANDING"] = str(tiny)
    way.begin()
    full = "error like 'No space in the landing%%'"
    until(lambda: way.trial.count(full) > 0, 120, "a step that waits for room")
    until(
        lambda: outcomes(way.trial) == [("registered", None), ("loaded", None)], 120, "the small file, which has room"
    )
    waited = "select fence >= 3 from sluice.step where kind = 'plan' order by id limit 1"
    until(lambda: way.trial.ask(waited) == [(True,)], 120, "more than one look at the disk")
    assert way.trial.state() == "running"
    subprocess.run(["mount", "-o", "remount,size=64m", str(tiny)], check=True)
    way.trial.struck()
    way.trial.finish()
    way.assert_all_is_well()
    assert way.trial.count("crashes > 0 or vanished > 0") == 0
    assert list(tiny.glob(".*.part")) == []


def replaced(way: Way) -> None:
    text = way.texts[way.large.name].replace(b"Nairobi", b"Malindi")
    new = way.large.with_name("new")
    new.write_bytes(gzip.compress(text))
    new.replace(way.large)
    way.texts[way.large.name] = text


def truncated(way: Way) -> None:
    os.truncate(way.large, way.large.stat().st_size * 9 // 10)


def deleted(way: Way) -> None:
    way.large.unlink()


@pytest.mark.parametrize(
    ("change", "first"),
    [(replaced, ("done", None)), (truncated, ("failed", "truncated")), (deleted, ("failed", "file_missing"))],
    ids=["replaced", "truncated", "deleted"],
)
@pytest.mark.slow
def test_a_packed_file_that_changes_while_it_is_copied(
    way: Way, change: Callable[[Way], None], first: tuple[str, str | None]
) -> None:
    child = way.begin_and_stop_in_the_copy()
    change(way)
    os.kill(child, signal.SIGCONT)
    way.trial.struck()
    if change is deleted:
        lose_patience(way.trial)
    way.trial.finish()
    assert outcomes(way.trial) == [first, ("done", None)]
    way.assert_all_is_well(*((way.large, way.small) if first == ("done", None) else (way.small,)), frames=True)
    assert list(way.landing.glob(".*.part")) == []


@pytest.mark.slow
def test_a_packed_file_that_never_stops_growing_fails_and_a_bomb_and_a_pipe_harm_nobody(way: Way) -> None:
    folder = way.large.parent
    small = way.small.rename(folder / "small.csv")
    growing = way.large.rename(folder / "growing.csv")
    way.texts["small.csv"] = way.texts[way.small.name]
    (folder / "bomb.csv").write_bytes(gzip.compress(b"customer_id,call_cost\n" + bytes(70 << 20), 1))
    os.mkfifo(folder / "pipe.csv")
    more = bz2.compress(b"7,1.50,Kisumu,2023-05-06 07:08:09,00:01:00\n")
    way.trial.run = way.trial.stack.enqueue(folder)
    way.trial.stack.worker()
    with growing.open("ab", buffering=0) as file:

        def keep_writing() -> bool:
            file.write(more)
            return way.trial.state() != "running"

        until(keep_writing, 120, "the end of the run")
    found = way.trial.ask("select uri, state, error_code from sluice.input order by position")
    assert [(Path(uri).name, state, code) for uri, state, code in found] == [
        ("bomb.csv", "failed", "too_compressed"),
        ("growing.csv", "failed", "changed"),
        ("small.csv", "done", None),
    ]
    way.assert_all_is_well(small, frames=True)
    assert list(way.landing.glob(".*.part")) == []


GONE = (
    "The zip archive has no member 'gone.csv'; it has 'there.csv', 'new.csv'. A new run loads what it has: "
    "sluice run PIPELINE ARCHIVE"
)


@pytest.mark.slow
def test_a_member_that_is_gone_when_its_archive_is_read_fails_alone(way: Way, tmp_path: Path) -> None:
    archive, text = tmp_path / "calls.zip", way.texts[way.small.name]
    archive.write_bytes(zipped({"gone.csv": b"customer_id\n1\n", "there.csv": b"customer_id\n2\n"}))
    way.trial.run = way.trial.stack.enqueue(archive, way.large)
    archive.write_bytes(zipped({"there.csv": text, "new.csv": b"customer_id\n3\n"}))
    way.trial.worker()
    way.trial.finish()
    assert outcomes(way.trial) == [("failed", "no_member"), ("done", None), ("done", None)]
    assert way.trial.ask("select error from sluice.input where state = 'failed'") == [(GONE,)]
    way.texts["calls.zip::there.csv"] = text
    way.assert_all_is_well(archive.with_name("calls.zip::there.csv"), way.large)
