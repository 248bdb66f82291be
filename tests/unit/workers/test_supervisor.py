"""The supervisor with real child processes: small Python scripts that live, die, and refuse to die."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sluice.errors import ConfigError
from sluice.workers import supervisor as room
from sluice.workers.child import LOG_LIMIT, Child, Command
from sluice.workers.supervisor import Slot, Supervisor

ROOT = Path(__file__).resolve().parents[3]
SLEEPS = "import time\nprint('awake', flush=True)\ntime.sleep(600)"
IGNORES_SIGTERM = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: print('no', flush=True))\n" + SLEEPS
HAS_A_CHILD = (
    "import subprocess, sys\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
    "print(child.pid, flush=True)\n"
) + SLEEPS


def wait_for(condition: Callable[[], object], seconds: float = 90.0) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.01)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def script(name: str, code: str, log: Path | None = None) -> Command:
    return Command(name, [sys.executable, "-c", code], log=log)


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SHORTEST_PAUSE_S", 0.01)


@pytest.fixture
def sleeper(tmp_path: Path) -> Iterator[Child]:
    child = Child(script("sleeper", SLEEPS, tmp_path / "log"))
    wait_for((tmp_path / "log").read_text)
    yield child
    child.kill()


def pid_of(supervisor: Supervisor, number: int = 0) -> int:
    child = supervisor.slots[number].child
    assert child is not None
    return child.pid


@pytest.mark.usefixtures("short_pauses")
def test_what_dies_is_started_again(tmp_path: Path, said: list[str]) -> None:
    with Supervisor([script("worker", SLEEPS, tmp_path / "log")], say=said.append) as supervisor:
        first = pid_of(supervisor)
        os.kill(first, signal.SIGKILL)

        def replaced() -> bool:
            supervisor.poll()
            return supervisor.slots[0].child is not None and pid_of(supervisor) != first

        wait_for(replaced)
    assert said == [f"worker was killed by SIGKILL (see {tmp_path}/log); it starts again in 0.01 s"]


def test_the_pause_doubles_up_to_half_a_minute_and_a_long_life_makes_it_short_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(room.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(room, "Child", lambda *_, **__: DeadChild())
    slot = Slot(script("worker", ""), prefixed=False)
    pauses = []
    for lived in (0, 0, 1, 59, 0, 0, 0, 0, 60, 0):
        slot.start_if_due()
        clock[0] += lived
        assert slot.check_exit() is not None
        pauses.append(slot.due - clock[0])
        clock[0] = slot.due
    assert pauses == [0.5, 1, 2, 4, 8, 16, 30, 30, 0.5, 1]


class DeadChild:
    def ended(self) -> int:
        return 1


def test_nothing_is_started_before_its_pause_is_over(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "SHORTEST_PAUSE_S", 30)
    with Supervisor([script("worker", "raise SystemExit(3)")], say=said.append) as supervisor:
        wait_for(lambda: supervisor.poll() or said)
        assert supervisor.slots[0].child is None
        supervisor.poll()
        assert supervisor.slots[0].child is None
    assert said == ["worker ended with exit code 3; it starts again in 30 s"]


def test_leaving_the_block_asks_the_children_to_end(tmp_path: Path, said: list[str]) -> None:
    code = "import signal\nsignal.signal(signal.SIGTERM, lambda *_: (print('bye', flush=True), exit(0)))\n" + SLEEPS
    commands = [script(name, code, tmp_path / name) for name in ("one", "two")]
    with Supervisor(commands, say=said.append):
        wait_for(lambda: all((tmp_path / name).read_text() == "awake\n" for name in ("one", "two")))
    assert (tmp_path / "one").read_text() == "awake\nbye\n"
    assert (tmp_path / "two").read_text() == "awake\nbye\n"
    assert said == []


def test_who_ignores_sigterm_is_killed_after_the_grace_period(tmp_path: Path, said: list[str]) -> None:
    log = tmp_path / "log"
    with Supervisor([script("deaf", IGNORES_SIGTERM, log)], say=said.append, grace_s=0.2) as supervisor:
        wait_for(lambda: log.read_text() == "awake\n")
        pid = pid_of(supervisor)
    assert not alive(pid)


def test_an_error_inside_the_block_leaves_no_process_behind(tmp_path: Path, said: list[str]) -> None:
    supervisor = Supervisor([script("worker", SLEEPS)], say=said.append)
    pids = []

    def story() -> None:
        with supervisor:
            pids.append(pid_of(supervisor))
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        story()
    assert not alive(pids[0])


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_what_a_child_started_ends_with_it(tmp_path: Path, how: signal.Signals) -> None:
    log = tmp_path / "log"
    child = Child(script("parent", HAS_A_CHILD, log))
    wait_for(lambda: log.read_text().endswith("awake\n"))
    grandchild = int(log.read_text().split()[0])
    assert alive(grandchild)
    os.kill(child.pid, how)
    wait_for(lambda: child.ended() is not None)
    wait_for(lambda: not alive(grandchild))


def test_a_child_is_out_of_reach_of_ctrl_c(sleeper: Child) -> None:
    assert os.getsid(sleeper.pid) == sleeper.pid
    assert os.getpgid(sleeper.pid) == sleeper.pid


def test_secrets_go_into_the_environment_and_not_into_the_arguments(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = Command(
        "flower", [sys.executable, "-c", "import os; print(os.environ['SECRET'])"], {"SECRET": "hush"}, log
    )
    child = Child(command)
    wait_for(lambda: child.ended() is not None)
    assert log.read_text() == "hush\n"
    assert "hush" not in repr(command)


def test_a_long_log_makes_room_for_a_new_one(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "worker.log"
    log.parent.mkdir()
    log.write_bytes(b"x" * (LOG_LIMIT + 1))
    child = Child(script("worker", "print('fresh')", log))
    wait_for(lambda: child.ended() is not None)
    assert log.read_text() == "fresh\n"
    assert (tmp_path / "logs" / "worker.log.1").stat().st_size == LOG_LIMIT + 1


def test_the_lines_of_several_commands_begin_with_their_names(
    capfd: pytest.CaptureFixture[str], said: list[str]
) -> None:
    seen = ""
    with Supervisor([script("worker", SLEEPS), script("beat", SLEEPS)], say=said.append) as supervisor:

        def both() -> bool:
            nonlocal seen
            supervisor.poll()
            seen += capfd.readouterr().err
            return seen.count("awake") == 2

        wait_for(both)
    assert sorted(seen.splitlines()) == ["beat   | awake", "worker | awake"]


STORY = """
import sys
from dataclasses import replace
from pathlib import Path
from sluice.workers.child import Command
from sluice.workers.supervisor import Supervisor
code = sys.argv[1]
command = Command("worker", [sys.executable, "-c", code], log=Path(sys.argv[2]))
told = Supervisor([command], say=print).run()
print(told.name)
"""


def start_supervisor(log: Path, code: str) -> subprocess.Popen[str]:
    argv = [sys.executable, "-c", STORY, code, str(log)]
    started = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: log.exists() and "awake" in log.read_text())
    return started


REPORTS_ITSELF = "import os\nprint(os.getpid(), flush=True)\n"


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_blocking_supervisor_stops_its_children_when_told(tmp_path: Path, how: signal.Signals) -> None:
    log = tmp_path / "log"
    supervisor = start_supervisor(log, REPORTS_ITSELF + SLEEPS)
    supervisor.send_signal(how)
    output, _ = supervisor.communicate(timeout=240)
    assert output == f"{how.name}\n"
    assert supervisor.returncode == 0
    assert not alive(int(log.read_text().split()[0]))


def test_a_second_signal_ends_the_patience(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = start_supervisor(log, REPORTS_ITSELF + IGNORES_SIGTERM)
    child = int(log.read_text().split()[0])
    supervisor.send_signal(signal.SIGTERM)
    wait_for(lambda: log.read_text().endswith("no\n"))
    assert alive(child)
    supervisor.send_signal(signal.SIGTERM)
    supervisor.communicate(timeout=240)
    assert not alive(child)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel does it, on Linux")
def test_children_of_a_killed_supervisor_are_asked_to_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    supervisor = start_supervisor(log, REPORTS_ITSELF + SLEEPS)
    child = int(log.read_text().split()[0])
    supervisor.kill()
    supervisor.communicate(timeout=240)
    wait_for(lambda: not alive(child))


BEATS = "import os, time\nwhile True:\n    os.write(int(os.environ['SLUICE_PULSE_FD']), b'.')\n    time.sleep(0.05)\n"
BEATS_ONCE = "import os, time\nos.write(int(os.environ['SLUICE_PULSE_FD']), b'.')\ntime.sleep(600)\n"


def test_a_command_is_started_once_it_is_wanted(said: list[str]) -> None:
    wanted = False
    command = replace(watched(SLEEPS), wanted=lambda: wanted)
    with Supervisor([command], say=said.append, grace_s=0) as supervisor:
        supervisor.poll()
        assert supervisor.slots[0].child is None
        wanted = True
        supervisor.poll()
        assert supervisor.slots[0].child is not None


def watched(code: str) -> Command:
    return Command("watched", [sys.executable, "-c", code], watched=True)


@pytest.mark.usefixtures("short_pauses")
def test_a_watched_process_that_falls_silent_is_killed_and_started_again(
    said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "SILENT_S", 0.5)
    with Supervisor([watched(BEATS_ONCE)], say=said.append, grace_s=0) as supervisor:
        first = supervisor.slots[0].child
        wait_for(lambda: supervisor.poll() or supervisor.slots[0].child not in (None, first))
        assert said == [
            "watched has not responded for 0.5 s: it is killed",
            "watched was killed by SIGKILL; it starts again in 0.01 s",
        ]


def test_a_watched_process_is_not_silent_before_its_first_sign_or_while_it_gives_signs(said: list[str]) -> None:
    commands = [watched(BEATS), watched(SLEEPS)]
    with Supervisor(commands, say=said.append, grace_s=0) as supervisor:
        lively, starting = (slot.child for slot in supervisor.slots)
        assert lively is not None
        assert starting is not None
        wait_for(lambda: lively.silent_s() > 0)
        heard = [lively._heard]
        while len(heard) < 10:
            wait_for(lambda: lively.silent_s() >= 0 and lively._heard != heard[-1])
            heard.append(lively._heard)
        assert starting.silent_s() == 0
    assert said == []


def test_the_descriptors_of_a_watched_process_are_closed_with_it() -> None:
    gc.collect()  # descriptors of other tests are closed before they are counted
    before = len(list(Path("/proc/self/fd").iterdir()))
    child = Child(watched(BEATS))
    child.kill()
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_a_log_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file, where the folder should be")
    log = tmp_path / "logs" / "worker.log"
    with pytest.raises(ConfigError) as caught:
        Child(script("worker", SLEEPS, log))
    sentence = f"The log {log} cannot be written: File exists. Set SLUICE_HOME to a folder you may write."
    assert str(caught.value) == sentence


def test_of_a_command_with_details_only_warnings_are_shown_and_all_is_in_its_file(
    tmp_path: Path, said: list[str], capfd: pytest.CaptureFixture[str]
) -> None:
    lines = [
        "a banner",
        "[2026-01-31 12:00:00,000: INFO/MainProcess] beat: Starting...",
        "[2026-01-31 12:00:01,000: ERROR/MainProcess] it failed",
        "Traceback of it",
        "[I 260131 12:00:02 command:168] Visit me",
        "[W 260131 12:00:03 command:169] no reply",
    ]
    command = replace(script("beat", f"print({chr(10).join(lines)!r}, flush=True)"), details=tmp_path / "beat.log")
    with Supervisor([command, script("other", SLEEPS)], say=said.append) as supervisor:
        wait_for(lambda: supervisor.poll() or said)
    shown = [line for line in capfd.readouterr().err.splitlines() if line.startswith("beat")]
    assert shown == [f"beat   | {lines[2]}", f"beat   | {lines[3]}", f"beat   | {lines[5]}"]
    assert (tmp_path / "beat.log").read_text().splitlines() == lines
