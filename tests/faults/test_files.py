"""Files that change, vanish, are no files, or come twice, while a run reads them."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.checks import assert_books_add_up, assert_nothing_is_left
from tests.faults.sample import Sample, make_sample
from tests.faults.test_messages import send
from tests.faults.trial import Trial
from tests.kit.independent import count_call_logs
from tests.kit.stack import until


@pytest.fixture
def own(trial: Trial, tmp_path: Path) -> Trial:
    """A trial whose files may be changed."""
    trial.sample = make_sample(tmp_path / "own", rows=30_000)
    return trial


def truncate(path: Path) -> None:
    """Only the first two thirds of its lines are left."""
    lines = path.read_bytes().splitlines(keepends=True)
    with path.open("r+b") as file:
        file.truncate(sum(map(len, lines[: len(lines) * 2 // 3])))


def append(path: Path) -> None:
    """A few lines more at its end."""
    with path.open("ab") as file:
        file.writelines(b"%d,1.50,Kisumu,2023-05-06 07:08:09,00:01:00\n" % n for n in range(5_000_000, 5_000_020))


def replace(path: Path) -> None:
    """Another file of that name."""
    new = make_sample(path.parent / "new", rows=9_000, files=1, seed=77).paths[0]
    new.replace(path)


def rewrite(path: Path) -> None:
    """The same length, and one figure in its last third is another one."""
    lines = path.read_bytes().splitlines(keepends=True)
    place = next(n for n in range(len(lines) - 100, 0, -1) if lines[n].partition(b",")[0].isdigit())
    lines[place] = (b"9" if lines[place][:1] != b"9" else b"8") + lines[place][1:]
    path.write_bytes(b"".join(lines))


@pytest.mark.parametrize("change", [truncate, append, replace, rewrite], ids=lambda change: change.__name__)
@pytest.mark.variants
def test_a_file_changed_while_it_is_read_is_taken_back_and_planned_again(
    own: Trial, change: Callable[[Path], None]
) -> None:
    worker = own.begin()
    own.half_way(15)
    os.killpg(worker.process.pid, signal.SIGSTOP)
    first = own.sample.paths[0]
    change(first)
    own.sample = Sample(own.sample.paths)
    os.killpg(worker.process.pid, signal.SIGCONT)
    own.struck()
    own.finish()
    own.assert_all_is_well(frames=True)
    assert own.ask("select replans > 0 from sluice.input order by position") == [(True,), (False,)]


@pytest.mark.slow
def test_a_file_that_never_stops_changing_fails_with_its_rows_taken_back(own: Trial) -> None:
    own.begin()
    first, second = own.sample.paths
    with first.open("ab", buffering=0) as file:

        def keep_writing() -> bool:
            file.write(b"7,1.50,Kisumu,2023-05-06 07:08:09,00:01:00\n")
            return own.state() != "running"

        until(keep_writing, 120, "the end of the run")
    assert own.ask("select state, error_code, loaded from sluice.input order by position")[0] == (
        "failed",
        "changed",
        0,
    )
    assert own.state() == "done"
    assert_only_the_second_file_is_loaded(own, second)


def test_a_file_deleted_while_it_is_read_fails_with_its_rows_taken_back(own: Trial) -> None:
    worker = own.begin()
    own.half_way(15)
    os.killpg(worker.process.pid, signal.SIGSTOP)
    first, second = own.sample.paths
    first.unlink()
    os.killpg(worker.process.pid, signal.SIGCONT)
    waits = "select count(*) from sluice.step where missing_since is not null"
    until(lambda: own.ask(waits)[0][0] > 0, 120, "a step that waits for its file")
    age = "with aged as (update sluice.step set missing_since = missing_since - interval '1 minute' returning 1)"
    own.ask(f"{age} select count(*) from aged")
    own.struck()
    own.finish()
    assert own.ask("select state, error_code, read from sluice.input order by position")[0] == (
        "failed",
        "file_missing",
        0,
    )
    assert_only_the_second_file_is_loaded(own, second)


def assert_only_the_second_file_is_loaded(own: Trial, second: Path) -> None:
    expected = count_call_logs([second])
    assert own.stack.sql("select count(*) from customer_call_logs") == [(expected.loaded,)]
    assert own.status()["loaded"] == expected.loaded
    assert own.status()["rejected"] == expected.rejected
    assert_books_add_up(own.stack, own.run)
    assert_nothing_is_left(own.stack, frames=True)


@pytest.mark.slow
def test_what_is_no_regular_file_fails_alone(own: Trial, tmp_path: Path) -> None:
    first, second = own.sample.paths
    fifo, swapped = tmp_path / "fifo.csv", tmp_path / "swapped.csv"
    os.mkfifo(fifo)
    swapped.write_bytes(b"customer_id\n")
    around = first.parent / ".." / first.parent.name / first.name
    own.run = own.stack.enqueue(around, fifo, swapped, second)
    swapped.unlink()
    swapped.symlink_to("/etc/passwd")
    own.worker()
    own.finish()
    states = own.ask("select state, error_code from sluice.input order by position")
    assert states == [("done", None), ("failed", "not_a_file"), ("failed", "not_a_file"), ("done", None)]
    own.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_one_content_under_two_names_is_loaded_once(own: Trial, tmp_path: Path) -> None:
    first, second = own.sample.paths
    copy = tmp_path / "copy.csv"
    shutil.copy(first, copy)
    own.run = own.stack.enqueue(first, copy, second, first)
    own.worker()
    own.finish()
    states = own.ask("select uri, state, read from sluice.input order by position")
    # two processes plan them at once: the name that is planned first takes the first place of the content
    assert [Path(uri) for uri, _, _ in states] in ([first, copy, second], [copy, first, second])
    (other,) = [Path(uri) for uri, state, read in states if (state, read) == ("already_loaded", 0)]
    own.sample = Sample((copy if other == first else first, second))  # the name that was planned first
    own.assert_all_is_well()


@pytest.mark.slow
def test_the_second_name_of_a_content_is_loaded_when_the_first_one_changes(own: Trial, tmp_path: Path) -> None:
    first, second = own.sample.paths
    copy = tmp_path / "copy.csv"
    shutil.copy(first, copy)
    own.stack.env["SLUICE_WINDOW"] = "3"
    worker = own.stack.worker(1)
    own.run = own.stack.enqueue(first, second, copy)
    worker.wait_ready()
    own.half_way(10)
    states = own.ask("select state from sluice.input order by position")
    os.killpg(worker.process.pid, signal.SIGSTOP)
    replace(first)
    os.killpg(worker.process.pid, signal.SIGCONT)
    own.struck()
    own.finish()
    assert states[2] == ("already_loaded",)
    own.sample = Sample((first, second, copy))
    own.assert_all_is_well(frames=True)


@pytest.mark.slow
def test_two_enqueuers_at_once_load_the_same_files_once(own: Trial) -> None:
    own.worker()
    words = [sys.executable, "-m", "sluice.cli.main", "enqueue", "call_logs", *map(str, own.sample.paths), "--json"]
    both = [
        subprocess.Popen(
            words, env=own.stack.env, cwd=own.stack.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        for _ in range(2)
    ]
    assert [each.wait(120) for each in both] == [0, 0]
    ended = "select count(*) from sluice.run where state <> 'running'"
    until(lambda: own.stack.sql(ended) == [(2,)], 120, "the end of both runs")
    runs = own.stack.sql("select id, state, loaded from sluice.run order by loaded desc")
    assert [(state, loaded) for _, state, loaded in runs] == [("done", own.sample.outcome.loaded), ("done", 0)]
    own.run = runs[0][0]
    own.assert_all_is_well()
    others = own.stack.sql("select distinct state from sluice.input where run_id = %s", runs[1][0])
    assert others == [("already_loaded",)]


@pytest.mark.slow
def test_a_run_killed_while_another_waits_for_its_content_is_finished_for_both(own: Trial) -> None:
    worker = own.begin()
    own.half_way(10)
    second = own.stack.enqueue(*own.sample.paths)
    worker.kill_group()
    own.struck()
    own.worker()
    own.finish()
    until(lambda: own.stack.sql("select state from sluice.run where id = %s", second) == [("done",)], 120, "the other")
    assert own.stack.sql("select read, loaded from sluice.run where id = %s", second) == [(0, 0)]
    own.assert_all_is_well(unacked=True, frames=True)


@pytest.mark.slow
def test_two_beats_start_one_run(own: Trial, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    (inbox / "call_logs").mkdir(parents=True)
    for path in own.sample.paths:
        shutil.copy(path, inbox / "call_logs" / path.name)
    (inbox / "call_logs" / "link.csv").symlink_to("/etc/passwd")
    own.stack.env["SLUICE_INBOX"] = str(inbox)
    own.stack.sluice("migrate")
    own.worker()
    for _ in range(4):
        send(own.stack, "scheduled", ["call_logs"], queue="dispatch")
    until(lambda: own.stack.sql("select count(*) from sluice.run") == [(1,)], 120, "a run")
    own.run = own.stack.sql("select id from sluice.run")[0][0]
    own.finish()
    own.assert_all_is_well()
    assert own.stack.sql("select count(*) from sluice.tick") == [(1,)]
    assert own.stack.sql("select count(*) from sluice.run") == [(1,)]
