"""With the embedded servers, and with others: one more command continues what was interrupted, or what failed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from sluice.embedded import running_servers
from sluice.embedded.folder import Folder
from sluice.samples.call_logs import make_call_logs
from tests.kit.stack import QUICK, ROOT, Stack, until

HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
ROW = "1001,{cost},Nairobi,2022-01-01 10:00:00,00:06:15\n"
BILLS = """
from sluice import Boolean, Column, Files, Integer, Pipeline, Table

def german(frame):
    frame["Paid"] = frame["COLUMN"].replace({"ja": "yes", "nein": "no"})
    return frame

columns = [Column("number", Integer(), header="Number", required=True), Column("paid", Boolean(), header="Paid")]
pipeline = Pipeline("bills", Files("*.csv"), Table("bills", ("number",), columns), transform=german)
"""


class Newcomer:
    """A home folder with embedded servers, and commands that are typed there."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SLUICE_") and not k.endswith("_URL")}
        self.env = kept | QUICK | {"SLUICE_HOME": str(home), "PYTHONPATH": str(ROOT), "SLUICE_CONCURRENCY": "1"}

    def start(self, *words: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "sluice.cli.main", *words]
        return subprocess.Popen(
            command, env=self.env, cwd=self.home, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def type(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        process = self.start(*words)
        out, err = process.communicate(timeout=240)
        return process.returncode, out, err

    def has_run(self) -> bool:
        """Whether the ledger has a run whose plan is read; embedded servers that do not run yet have none."""
        with suppress(psycopg2.Error):
            servers = running_servers(self.home)
            if servers is None or not servers.database_url:
                return False
            with closing(psycopg2.connect(servers.database_url)) as connection, connection.cursor() as cursor:
                cursor.execute("select exists (select from sluice.part)")
                return bool((cursor.fetchone() or (False,))[0])
        return False


@pytest.fixture
def newcomer() -> Iterator[Newcomer]:
    """Where it takes place: PostgreSQL may be another user, who must get in."""
    home = Path(tempfile.mkdtemp(prefix="sluice-newcomer-"))
    home.chmod(0o755)
    yield Newcomer(home)
    until(lambda: not Folder.of(home).keeper_lives(), 120, "the end of the servers")
    shutil.rmtree(home, ignore_errors=True)


def test_the_same_command_again_continues_what_ctrl_c_interrupted(newcomer: Newcomer) -> None:
    expected = make_call_logs(newcomer.home / "files", rows=300_000, files=2)
    process = newcomer.start("run", "call_logs", "files")
    until(newcomer.has_run, 120, "a run")
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "error: Interrupted. Run 1 stays in the ledger: " in err

    code, out, err = newcomer.type("run", "call_logs", "files")
    assert code == 0
    assert "lost its queues" not in err
    assert "continuing run 1: it has not ended, and has the same content as run 2\n" in err
    assert out.startswith("run 2 of call_logs: done, run 1 had its content already, and has loaded it (")
    assert "\nrun 1 of call_logs: done (" in out
    assert "    read       300,000\n  = loaded     294,000\n" in out
    assert f"\n{expected['rejected']:,} rejects by reason:\n" in out
    assert "  sluice rejects list 1 " in out
    assert newcomer.type("run", "call_logs", "files")[1].startswith(
        "run 3 of call_logs: done, there was nothing to do ("
    )


@pytest.mark.slow
def test_retry_alone_loads_what_failed(newcomer: Newcomer) -> None:
    (newcomer.home / "calls.csv").write_text(HEADER + ROW.format(cost="KES 1.25"))
    code, out, _ = newcomer.type("run", "call_logs", "calls.csv")
    assert (code, "  sluice retry 1 " in out) == (1, True)
    (newcomer.home / "calls.csv").write_text(HEADER + ROW.format(cost="$1.25"))

    code, out, _ = newcomer.type("retry", "1")
    assert code == 0
    assert out.startswith("steps of run 1 that are due again: 1\n\nrun 1 of call_logs: done (")
    assert "\n  = loaded     1\n" in out
    told: dict[str, Any] = json.loads(newcomer.type("retry", "1", "--json")[1])
    assert told == {"run": 1, "retried": 0}


@pytest.mark.slow
def test_with_servers_of_your_own_an_open_run_is_continued_too(stack: Stack) -> None:
    """Without workers it waits in the ledger; a command with workers loads it, and shows it."""
    (stack.home / "calls.csv").write_text(HEADER + ROW.format(cost="$1.25"))
    first = stack.enqueue(stack.home / "calls.csv")
    status = stack.sluice("run", "call_logs", str(stack.home / "calls.csv"), "--workers", "2")
    assert (status["state"], status["read"], status["continued"]) == ("done", 0, [first])
    assert stack.sluice("status", str(first))["loaded"] == 1
    again = stack.sluice("run", "call_logs", str(stack.home / "calls.csv"), "--workers", "2")
    assert (again["state"], again["read"], again["continued"]) == ("done", 0, [])


@pytest.mark.slow
def test_with_servers_of_your_own_retry_waits_only_with_workers(stack: Stack) -> None:
    path = stack.home / "calls.csv"
    path.write_text(HEADER + ROW.format(cost="KES 1.25"))
    run = stack.sluice("run", "call_logs", str(path), "--workers", "1", ok=False)["run"]
    path.write_text(HEADER + ROW.format(cost="$1.25"))
    assert stack.sluice("retry", str(run)) == {"run": run, "retried": 1, "exit_code": 0}
    status = stack.sluice("retry", str(run), "--workers", "1")
    assert (status["state"], status["loaded"], status["retried"]) == ("done", 1, 0)


@pytest.mark.slow
def test_retry_reads_an_input_at_once_under_a_corrected_transform(newcomer: Newcomer) -> None:
    mine = newcomer.home / "mine"
    mine.mkdir()
    newcomer.env["SLUICE_PIPELINES"] = str(mine)
    (mine / "bills.py").write_text(BILLS.replace("COLUMN", "paid"))
    (newcomer.home / "bills.csv").write_text("Number,Paid\n1,ja\n2,nein\n")
    code, out, _ = newcomer.type("run", "bills", "bills.csv")
    assert code == 1
    assert f"KeyError at {mine}/bills.py:5 (in " in out
    (mine / "bills.py").write_text(BILLS.replace("COLUMN", "Paid"))
    code, out, err = newcomer.type("retry", "1", "--timeout", "120")
    assert (code, err.count("Timeout")) == (0, 0), out + err
    assert "  = loaded     2\n" in out
