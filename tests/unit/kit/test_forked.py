"""A forked process is the one that Python would have started, and does not outlive the session of tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.forked import Forked, run_forked
from tests.kit.stack import ROOT, until

TELLS = """
import atexit, os, sys
LATER = ("sluice.app", "sluice.celeryconfig", "sluice.cli", "sluice.pipelines", "sluice.tasks", "sluice.workers")
atexit.register(lambda: print("at the end"))
print(sys.argv, os.getcwd(), sys.path[0], __name__, __file__, os.environ.get("WORD"), repr(sys.stdin.read()))
print([name for name in sys.modules if name.startswith(LATER)])
print("told", file=sys.stderr)
sys.exit(int(sys.argv[1]))
"""
SLEEPS = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print(child.pid, flush=True)
time.sleep(600)
"""
# a session of tests that is killed while a process of its own runs
SESSION = """
import os, sys
from pathlib import Path
from tests.kit.forked import Forked
started = Forked("sleeps", [], os.environ, Path(sys.argv[1]), 1, 2)
print(started.pid, flush=True)
os.kill(os.getpid(), 9)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tells.py").write_text(TELLS)
    (tmp_path / "sleeps.py").write_text(SLEEPS)
    (tmp_path / "fails.py").write_text("raise ValueError('why')")
    return tmp_path


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


def test_it_is_what_python_would_have_started(folder: Path) -> None:
    env = os.environ | {"WORD": "Zoë"}
    command = [sys.executable, "-m", "tells", "3", "two words"]
    real = subprocess.run(
        command, env=env, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, timeout=60
    )
    assert real.returncode == 3
    assert run_forked("tells", ["3", "two words"], env, folder, 60) == (3, real.stdout, real.stderr)


def test_an_exception_is_a_traceback_and_exit_code_1(folder: Path) -> None:
    code, out, err = run_forked("fails", [], os.environ, folder, 60)
    assert (code, out, err.splitlines()[-1]) == (1, "", "ValueError: why")


def test_it_takes_signals_and_is_killed_with_all_that_it_started(folder: Path) -> None:
    log = folder / "log"
    with log.open("wb") as out:
        process = Forked("sleeps", [], os.environ, folder, out.fileno(), out.fileno())
    child = int(until(log.read_text))
    assert process.poll() is None
    process.kill_group()
    assert process.poll() == -signal.SIGKILL
    until(lambda: gone(child))


def test_what_runs_when_the_session_is_killed_is_killed_too(folder: Path) -> None:
    command = [sys.executable, "-c", SESSION, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    until(lambda: all(gone(int(pid)) for pid in done.stdout.split()))
