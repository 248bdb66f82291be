"""`sluice demo unified_sales`: from made-up sources to an API that answers, and nothing is left running."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sluice.embedded.folder import Folder
from tests.kit.independent_unified import Recount
from tests.kit.stack import ROOT, until

COMMAND = [sys.executable, "-m", "sluice.cli.main", "demo", "unified_sales"]
TIMEOUT_S = 120
SERVERS = ("DATABASE_URL", "REDIS_URL")


@pytest.fixture
def home() -> Iterator[Path]:
    """Where it takes place: PostgreSQL may be another user, who must get in."""
    made = Path(tempfile.mkdtemp(prefix="sluice-demo-"))
    made.chmod(0o755)
    yield made
    until(lambda: not Folder.of(made / "demo" / "unified_sales").keeper_lives(), 120, "the end of the servers")
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
def env(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SLUICE_") and name not in SERVERS}
    return kept | {"SLUICE_HOME": str(home), "PYTHONPATH": str(ROOT)}


def processes_that_name(home: Path) -> list[str]:
    """Command lines and environments of living processes, but ours."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue  # gone, or somebody else's
        if os.fsencode(home) in told:
            found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found


@pytest.mark.slow
def test_it_comes_out_as_planted_twice_and_leaves_nothing_running(home: Path, env: dict[str, str]) -> None:
    # servers and a landing of one's own play no part in it
    env |= {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/no", "REDIS_URL": "redis://127.0.0.1:1/0"}
    for _ in range(2):
        done = subprocess.run(
            [*COMMAND, "--rows", "120", "--no-serve", "--json"],
            env=env | {"SLUICE_LANDING": "s3://no/where"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT_S,
            check=False,
            cwd=home,
        )
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["run"], told["state"], told["as_planted"], told["differences"]) == (1, "done", True, [])

    place = home / "demo" / "unified_sales"
    counted = Recount(place / "sources")
    assert told["standardized_data"] == counted.standardized(currency="EUR", tolerance_days=7)
    assert told["preprocessed_data"] == counted.preprocessed()
    for name in ("standardized_data", "preprocessed_data"):
        with (place / "export" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert sum(1 for _ in csv.reader(file)) == 241
    until(lambda: processes_that_name(home) == [], 120, "the end of all that it started")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)])
@pytest.mark.slow
def test_it_serves_what_it_made_until_it_is_told_to_stop(
    home: Path, env: dict[str, str], number: signal.Signals, code: int
) -> None:
    log = home / "said.txt"
    with log.open("wb") as out:
        process = subprocess.Popen([*COMMAND, "--rows", "80"], env=env, stdout=out, stderr=out, cwd=home)
    try:
        until(lambda: "/prices/products/" in log.read_text() or process.poll() is not None, TIMEOUT_S, "the API")
        said = log.read_text()
        assert process.poll() is None, said
        assert re.search(
            r"^as planted: all \d+ figures equal demo/unified_sales/sources/expected\.json$", said, re.MULTILINE
        )
        asked = [ask(line) for line in said.splitlines() if line.startswith("  curl ")]

        assert [answer.status_code for answer in asked] == [200, 200]
        assert len(asked[0].json()["items"]) == 2
        prices = [item["price"] for item in asked[1].json()["items"]]
        assert 1 <= len(prices) <= 5
        assert all(re.fullmatch(r"\d+\.\d\d", price) for price in prices)
        assert httpx.get(str(asked[0].url), timeout=10).status_code == 401
    finally:
        process.send_signal(number)
        ended = process.wait(120)
    assert ended == code, log.read_text()
    until(lambda: processes_that_name(home) == [], 120, "the end of all that it started")


def ask(line: str) -> httpx.Response:
    """The answer to what a person would get who pastes the line."""
    curl, option, header, url = shlex.split(line)
    assert (curl, option) == ("curl", "-H")
    name, _, value = header.partition(": ")
    return httpx.get(url, headers={name: value}, timeout=10)
