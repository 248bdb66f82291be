"""Client programs of the benchmark: they say what they should, or fail with their last words, and leave nothing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from benchmarks.measure.clients import Client, ClientFailed
from benchmarks.peers import peers
from tests.kit.stack import until

PARENT = """
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], stdin=subprocess.DEVNULL)
print(child.pid, flush=True)
print("ready", flush=True)
sys.stdin.read()
child.wait()
"""


def test_a_client_that_ends_early_fails_with_its_last_words_and_without_all_its_files() -> None:
    program = [sys.executable, "-c", "print('no such table')"]
    with (
        Client([*program, "1.csv", "2.csv"], os.environ) as client,
        pytest.raises(ClientFailed, match=r"ended without saying 'done':\nno such table\n$") as failed,
    ):
        client.expect("done")
    assert "1.csv" not in str(failed.value)


def test_what_a_client_has_started_ends_with_it_when_a_measurement_fails(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    program = PARENT.replace("print(child.pid, flush=True)", f"open({str(note)!r}, 'w').write(str(child.pid))")
    with pytest.raises(ClientFailed), Client([sys.executable, "-c", program], os.environ) as client:
        _fail_after_start(client)
    until(lambda: not _runs(int(note.read_text())), 60, "the end of the client's child")


def _fail_after_start(client: Client) -> None:
    client.expect("ready")
    raise ClientFailed("The measurement failed.")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"  # nobody may be there to await an orphan


def test_the_version_of_a_peer_is_that_of_its_lock(tmp_path: Path) -> None:
    versions = {peer.name: peer.version() for peer in peers(tmp_path) if peer.name != "pgloader"}
    assert [str(version).split()[0] for version in versions.values()] == ["duckdb", "polars", "dlt", "dlt", "celery"]
    assert versions["celery_pickle"] == "celery 5.6.3"
