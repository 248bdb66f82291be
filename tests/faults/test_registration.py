"""The command that registers very many files dies, stops, or loses a server half way: its run cannot end as if it were
whole, and the same command again loads what is missing."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.checks import assert_table_and_rejects
from tests.faults.sample import Sample
from tests.faults.servers import Processes
from tests.faults.trial import Trial
from tests.kit.forked import Forked, run_forked
from tests.kit.stack import until
from tests.kit.tcp_proxy import TcpProxy

FILES = 5_000  # pieces of 2,000: the first, one that is committed when the blow falls, and the rest
COMMITTED = 4_000
REGISTERED = "select inputs_total, registrar is not null, registering_until is not null from sluice.run where id = %s"
SAID = (
    "Its registration ended before it was complete: 4000 inputs were registered and loaded. Run the same command again,"
    " which loads the others."
)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """5,000 files, of which every fiftieth has a call, and the others only a header."""
    folder = tmp_path_factory.mktemp("many")
    paths = tuple(folder / f"call_logs_{number:04}.csv" for number in range(FILES))
    for number, path in enumerate(paths):
        row = "" if number % 50 else f"{number + 1},1.50,Lyon,2023-05-06 07:08:09,00:01:00\n"
        path.write_text(f"customer_id,call_cost,call_destination,call_date,call_duration\n{row}")
    return Sample(paths)


@pytest.fixture
def registering(trial: Trial, many: Sample) -> Trial:
    """A trial of these files, whose run has the number 1. A busy machine keeps the lease of the command."""
    trial.sample, trial.run = many, 1
    trial.stack.env["SLUICE_LEASE_S"] = "12"
    return trial


@pytest.fixture
def stopped(registering: Trial, tmp_path: Path) -> Iterator[Forked]:
    """The command, stopped after the second piece of its files."""
    words, env = words_of(registering), registering.stack.env | {"SLUICE_FAILPOINT": "register.committed:1:stop"}
    with (tmp_path / "out").open("wb") as out, (tmp_path / "err").open("wb") as err:
        command = Forked("sluice.cli.main", words, env, tmp_path, out.fileno(), err.fileno())
    until(lambda: registering.ask(REGISTERED, 1) == [(COMMITTED, True, True)], 120, "the second piece")
    until(lambda: "T" in state_of(command.pid), 60, "the command is stopped")
    yield command
    command.kill_group()


def words_of(trial: Trial) -> list[str]:
    return ["enqueue", "call_logs", str(trial.sample.paths[0].parent), "--json"]


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def finish_whole(trial: Trial) -> None:
    """The run ends with all files. (Books of thousands of inputs are not added up one by one.)"""
    status = trial.finish()
    assert (status["state"], status["error"]) == ("done", None)
    assert (status["loaded"], status["inputs_total"], status["inputs_left"]) == (100, FILES, 0)
    assert_table_and_rejects(trial.stack, 1, trial.sample)


def finish_with_the_same_again(trial: Trial) -> None:
    """The run of the command that did not end fails with what it has; the same command loads the rest."""
    status = trial.finish()
    assert (status["state"], status["error"]) == ("failed", SAID)
    assert (status["loaded"], status["inputs_left"]) == (80, 0)
    again = trial.stack.enqueue(trial.sample.paths[0].parent)
    done = trial.stack.wait(again)
    assert (done["state"], done["loaded"], done["inputs_total"]) == ("done", 20, FILES)
    assert_table_and_rejects(trial.stack, again, trial.sample)


@pytest.mark.slow
def test_the_command_killed_half_way_leaves_a_run_that_fails_and_the_same_again_loads_the_rest(
    registering: Trial, tmp_path: Path
) -> None:
    worker = registering.worker()
    env = registering.stack.env | {"SLUICE_FAILPOINT": "register.committed:1:kill"}
    code, _, _ = run_forked("sluice.cli.main", words_of(registering), env, tmp_path, 120)
    registering.struck()
    assert code == -signal.SIGKILL
    finish_with_the_same_again(registering)
    registering.assert_nothing_was_counted(worker)


def test_status_says_that_the_command_was_killed_while_no_worker_is_there(registering: Trial, tmp_path: Path) -> None:
    env = registering.stack.env | {"SLUICE_FAILPOINT": "register.committed:1:kill"}
    run_forked("sluice.cli.main", words_of(registering), env, tmp_path, 120)
    status = registering.stack.sluice("status", "1")
    assert (status["state"], status["registration"], status["inputs_total"]) == ("running", "interrupted", COMMITTED)


@pytest.mark.slow
def test_a_command_stopped_for_longer_than_its_lease_adds_nothing_afterwards(
    registering: Trial, stopped: Forked, tmp_path: Path
) -> None:
    registering.worker()
    until(lambda: registering.ask(REGISTERED, 1) == [(COMMITTED, True, False)], 120, "the lease has expired")
    registering.struck()
    os.kill(stopped.pid, signal.SIGCONT)
    assert stopped.wait(60) == 1
    assert f"Run 1 was closed with {COMMITTED} inputs" in (tmp_path / "out").read_text()
    finish_with_the_same_again(registering)


@pytest.mark.slow
def test_postgresql_restarted_half_way_costs_nothing(registering: Trial, stopped: Forked, processes: Processes) -> None:
    processes.restart_database()
    os.kill(stopped.pid, signal.SIGCONT)
    assert stopped.wait(120) == 0
    assert registering.stack.sql(REGISTERED, 1) == [(FILES, False, False)]
    registering.worker()
    registering.struck()
    finish_whole(registering)


@pytest.mark.slow
def test_without_redis_all_files_are_registered_and_loaded_when_it_is_back(registering: Trial, tmp_path: Path) -> None:
    with TcpProxy.before(registering.stack.redis_url) as proxy:
        proxy.refuse(True)
        env = registering.stack.env | {"REDIS_URL": proxy.through(registering.stack.redis_url)}
        code, _, err = run_forked("sluice.cli.main", words_of(registering), env, tmp_path, 120)
    registering.struck()
    assert (code, "not published yet" in err) == (0, True)
    registering.worker()
    finish_whole(registering)
