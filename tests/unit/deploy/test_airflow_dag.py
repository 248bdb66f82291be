"""The DAG, in a real Airflow: a day that is done, one whose run fails once, one that cannot be mended, one that is
missing. Needs SLUICE_TEST_AIRFLOW, the Python of an environment with Airflow; without it, only imports are looked at.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[3]
DAG = ROOT / "deploy" / "airflow" / "customer_ltv_dag.py"
PLAYED = ROOT / "tests" / "kit" / "played_sluice.py"
AIRFLOW = os.environ.get("SLUICE_TEST_AIRFLOW")
DAYS = [
    {"day": "2026-03-01T01:00"},
    {"day": "2026-03-02T01:00"},
    {"day": "2026-03-03T01:00"},
    {"day": "2026-03-04T01:00"},
    {"day": "2026-03-04T22:30"},
    {"day": None},
    {"day": "2026-03-06T01:00", "conf": {"as_of": "2025-12-31"}},
]


class Tried(NamedTuple):
    """What became of DAYS; what `sluice` was asked, in order; and all that Airflow said."""

    days: list[dict[str, Any]]
    asked: list[str]
    words: str


def test_it_imports_nothing_but_airflow_and_what_lies_beside_it() -> None:
    found = ast.walk(ast.parse(DAG.read_text(encoding="utf-8")))
    modules = {node.module or "" for node in found if isinstance(node, ast.ImportFrom)}
    ours = {name for name in modules if name.partition(".")[0] not in sys.stdlib_module_names}
    assert ours == {"airflow.sdk", "airflow.sdk.exceptions", "sluice_command"}


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> Tried:
    """All of DAYS, in one Airflow."""
    if AIRFLOW is None:
        pytest.skip("SLUICE_TEST_AIRFLOW does not name the Python of an environment with Airflow")
    home = tmp_path_factory.mktemp("airflow")
    shutil.copytree(DAG.parent, home / "dags")
    plays = {"2026-03-02": "dead", "2026-03-03": "refused", "2026-03-04": "missing", "2026-03-05": "away"}
    (home / "plays.json").write_text(json.dumps(plays), encoding="utf-8")
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "SLUICE_COMMAND": f"{sys.executable} {PLAYED} {home}",
        "SLUICE_INBOX": "/srv/inbox",
    }
    subprocess.run([AIRFLOW, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    driver = [AIRFLOW, ROOT / "tests" / "kit" / "airflow_days.py", json.dumps(DAYS)]
    ended = subprocess.run(driver, env=env, check=False, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout[-3000:] + ended.stderr[-3000:]
    told = next(line for line in ended.stdout.splitlines() if line.startswith("DAYS "))
    asked = (home / "asked.log").read_text(encoding="utf-8").splitlines()
    return Tried(json.loads(told.removeprefix("DAYS ")), asked, ended.stdout + ended.stderr)


def test_a_day_is_enqueued_and_waited_for(tried: Tried) -> None:
    assert tried.days[0] == {"state": "success", "enqueue": ["success", 1], "wait": ["success", 1]}
    enqueued = "enqueue customer_ltv /srv/inbox/customer_ltv/2026-03-01 --as-of 2026-03-01"
    assert tried.asked[:3] == [f"{enqueued} --json", "status 1 --json", "status 1 --json"]


def test_a_failed_run_fails_the_task_and_the_next_try_retries_its_dead_steps(tried: Tried) -> None:
    assert tried.days[1] == {"state": "success", "enqueue": ["success", 1], "wait": ["success", 2]}
    assert [line.split()[0] for line in tried.asked if " 2 " in line] == [
        "status",
        "status",
        "status",
        "retry",
        "status",
    ]
    assert "Run 2 of customer_ltv: failed. A step is dead" in tried.words


def test_what_no_retry_can_mend_is_not_tried_again(tried: Tried) -> None:
    assert tried.days[2] == {"state": "failed", "enqueue": ["success", 1], "wait": ["failed", 1]}
    assert "/in/a.csv: It has no rows." in tried.words
    assert "Correct the files, then clear this day and those after it." in tried.words


def test_a_day_without_files_is_asked_for_again_and_then_fails(tried: Tried) -> None:
    assert tried.days[3] == {"state": "failed", "enqueue": ["failed", 4], "wait": ["upstream_failed", 0]}
    assert sum("2026-03-04" in line for line in tried.asked) == 4
    assert "There is no file /srv/inbox/customer_ltv/2026-03-04." in tried.words


def test_the_day_is_that_of_the_calendar_and_a_server_that_is_away_is_waited_for(tried: Tried) -> None:
    assert tried.days[4] == {"state": "success", "enqueue": ["success", 1], "wait": ["success", 1]}
    assert "enqueue customer_ltv /srv/inbox/customer_ltv/2026-03-05 --as-of 2026-03-05 --json" in tried.asked
    assert "PostgreSQL does not answer. The run continues; checking again later." in tried.words


def test_a_run_without_a_day_says_what_it_needs(tried: Tried) -> None:
    assert tried.days[5] == {"state": "failed", "enqueue": ["failed", 1], "wait": ["upstream_failed", 0]}
    assert "trigger it with one, or with the parameter as_of." in tried.words


def test_another_day_can_be_asked_for(tried: Tried) -> None:
    assert tried.days[6]["state"] == "success"
    assert "enqueue customer_ltv /srv/inbox/customer_ltv/2025-12-31 --as-of 2025-12-31 --json" in tried.asked
