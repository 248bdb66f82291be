"""`sluice chaos`: equal checksums under faults, a planted difference, and nothing is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.kit.stack import ROOT, until

SERVERS = ("DATABASE_URL", "REDIS_URL")
COMMAND = [sys.executable, "-m", "sluice.cli.main", "chaos", "--rows", "1200", "--seconds", "4"]
# a row of the load under faults is removed after it has ended, before it is compared
PLANTED = """
import sys
from sluice.chaos import sample, trial
from sluice.cli.main import main
from sluice.engine.database.connection import transaction

read = trial.read_contents

def read_after_a_loss(pipeline):
    with transaction() as cursor:
        cursor.execute("select current_database()")
        if cursor.fetchone() == ("seed_2",):
            cursor.execute("delete from accounts where customer_id = 1001")
    return read(pipeline)

trial.read_contents = read_after_a_loss
sample.BATCHES = 2
sys.argv = ["sluice", "chaos", "--rows", "60", "--seconds", "1", "--seed", "2", "--json"]
main()
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """The temporary folder of the command: PostgreSQL may run as another user, who must be able to enter."""
    with tempfile.TemporaryDirectory(prefix="sluice-test-chaos-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@pytest.fixture
def env(place: Path, tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_") and name not in SERVERS}
    return kept | {"SLUICE_HOME": str(tmp_path / "home"), "TMPDIR": str(place), "PYTHONPATH": str(ROOT)}


def processes_that_name(folder: Path) -> list[str]:
    """Command lines of living processes whose command line or environment has the folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words, environ = ((process / name).read_bytes() for name in ("cmdline", "environ"))
        except OSError:
            continue  # it has ended, or is another user's
        if os.fsencode(folder) in words + environ:
            found.append(words.replace(b"\0", b" ").decode())
    return found


def assert_no_process_is_left(place: Path) -> None:
    """What was killed a moment ago may still be ending."""
    until(lambda: processes_that_name(place) == [], 60, f"the end of {processes_that_name(place)}")


@pytest.mark.slow
def test_a_load_under_faults_is_equal_and_leaves_nothing_behind(
    place: Path, env: dict[str, str], tmp_path: Path
) -> None:
    done = subprocess.run([*COMMAND, "--json"], env=env, capture_output=True, text=True, timeout=480, check=False)

    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    (seed,) = facts["seeds"]
    assert (facts["equal"], facts["kept"]) == (True, None)
    assert seed["checksum"] == facts["undisturbed"]["checksum"] == facts["checksum"]
    assert [each["kind"] for each in seed["faults"]] == [
        "stop_worker",
        "kill_worker",
        "restart_postgresql",
        "kill_process",
    ]
    assert [seed[kind] for kind in ("lost", "doubled", "added", "changed")] == [0, 0, 0, 0]
    assert seed["differences"] == []
    assert seed["books"] == facts["undisturbed"]["books"]
    assert seed["books"]["calls"]["read"] == 1_200
    assert seed["books"]["accounts"]["updated"] > 0
    assert list(place.iterdir()) == []
    assert not (tmp_path / "home").exists()
    assert_no_process_is_left(place)


@pytest.mark.slow  # the comparison itself is tested in tests/integration/load/test_chaos_contents.py
def test_a_lost_row_is_found_and_the_folder_is_kept_with_ledger_and_logs(place: Path, env: dict[str, str]) -> None:
    words = [sys.executable, "-c", PLANTED]
    done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=240, check=False)

    assert done.returncode == 1, done.stderr
    facts = json.loads(done.stdout)
    assert facts["error"]["message"].startswith("Seed 2: accounts differs: customer_id 1001: missing.\n")
    assert [facts["seeds"][0][kind] for kind in ("lost", "doubled", "added", "changed")] == [1, 0, 0, 0]
    (kept,) = place.iterdir()
    assert facts["kept"] == str(kept)
    assert (kept / "seed_2" / "logs" / "worker_1.log").exists()
    assert (kept / "seed_2" / "tables" / "accounts.tsv").exists()
    assert_no_process_is_left(place)
    status = [sys.executable, "-m", "sluice.cli.main", "status", "--json"]
    env |= {"SLUICE_HOME": str(kept)}
    shown = json.loads(subprocess.run(status, env=env, capture_output=True, timeout=120, check=True).stdout)
    assert [(each["pipeline"], each["state"]) for each in shown["runs"]] == [("chaos", "done")] * 2
    assert_no_process_is_left(place)


@pytest.mark.slow
def test_a_signal_ends_everything_that_it_has_started(place: Path, env: dict[str, str]) -> None:
    running = subprocess.Popen(COMMAND, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    with running:
        try:
            assert "1,200 calls" in running.stdout.readline()
            until(lambda: len(list(place.glob("*/undisturbed/logs/*.log"))) == 2, 120, "two workers")
            running.send_signal(signal.SIGTERM)
            assert running.wait(240) == 130
        finally:
            running.kill()
    assert list(place.iterdir()) == []
    assert_no_process_is_left(place)
