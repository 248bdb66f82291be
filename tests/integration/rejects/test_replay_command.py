"""`rejects export` and `rejects replay` as a user types them: what they print, and what they refuse."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sluice.cli.main import app
from sluice.engine.ledger.cleanup import purge
from sluice.engine.ledger.runs import Run, retry
from sluice.errors import ConfigError
from tests.kit.in_process import InProcess
from tests.kit.refused import loaded, orders, rows_of, use

BAD = [(1, "a", "1.00"), (2, "=b", "free"), ("three", "'c", "3.00"), (4, "d", "free"), (5, "e", "5;00")]
Sluice = Callable[..., Any]


@pytest.fixture
def sluice(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sluice:
    """Types words after `sluice`, in this process; a file with four rejects is loaded as run 1."""
    use(engine, tmp_path / "pipelines", monkeypatch)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    assert loaded(engine, orders(tmp_path / "a.csv", BAD)) == 1
    return lambda *words: CliRunner().invoke(app, [*words])


def edited(path: Path, change: Callable[[dict[str, str]], dict[str, str]]) -> None:
    with path.open(newline="") as file:
        rows = [*csv.DictReader(file)]
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(map(change, rows))


def test_rows_are_exported_corrected_and_replayed(engine: InProcess, sluice: Sluice, tmp_path: Path) -> None:
    result = sluice("rejects", "export", "1", "out.csv")
    assert (result.exit_code, result.stderr) == (0, "4 rejects of run 1 written to out.csv\n")
    assert (tmp_path / "out.csv").read_text().splitlines()[1] == (
        "1,3,not_decimal,amount,amount: 'free' is not a decimal number.,2,'=b,free"
    )
    edited(tmp_path / "out.csv", lambda row: row | ({"id": "3"} if row["id"] == "three" else {"amount": "7.00"}))
    assert "run 2 replays 4 rejects of run 1" in sluice("rejects", "replay", "1", "out.csv").stdout
    engine.finish(Run(2))
    assert rows_of(engine)[1:3] == [(2, "=b", "7.00"), (3, "'c", "3.00")]
    assert len(rows_of(engine)) == 5
    again = sluice("rejects", "replay", "1", "out.csv")
    assert (again.exit_code, again.stdout) == (
        0, "nothing to replay\nleft out: 4 x a.csv:3: run 2 has loaded it already\n",
    )  # fmt: skip
    status = sluice("status", "1").stdout
    assert "by run 2: 4 fixed\n  rejected 4, of which 4 are fixed\n" in status
    assert "of run 1: 4 fixed." in sluice("status", "2").stdout
    assert "is not a decimal number. (fixed by run 2)" in sluice("rejects", "list", "1").stdout
    assert sluice("rejects", "export", "1", "-").stderr.splitlines()[1:] == [
        "4 rejects of run 1 left out, which a replay has loaded, or is loading"
    ]


def test_a_dry_run_counts_what_would_pass_and_loads_nothing(engine: InProcess, sluice: Sluice) -> None:
    words = ("rejects", "replay", "1", "--dry-run", "--set", "amount=0", "--where", "amount=free")
    assert sluice(*words).stdout == (
        "2 of 2 rejects of run 1 would pass now\n"
        "\n"
        "column  code         rows  would now be\n"
        "amount  not_decimal     2  loaded\n"
        "\n"
        "Keys are compared with the table only when rows are loaded.\n"
    )
    told = json.loads(sluice("rejects", "replay", "1", "--dry-run", "--json").stdout)
    assert (told["would_pass"], told["rows"]) == (0, 4)
    assert told["reasons"][0] == {
        "column": "amount", "code": "not_decimal", "rows": 3, "then_column": "amount", "then": "not_decimal"
    }  # fmt: skip
    assert engine.sql("select count(*) from sluice.run") == [(1,)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--set", "amout=1"], "a.csv has no column 'amout'; it has: id, name, amount."),
        (["--set", "amount"], "--set must be COLUMN=VALUE, not 'amount'."),
        (["--set", "a=1", "--set", "a=2"], "--set names the column 'a' twice."),
        (["--where", "=1"], "--where must be COLUMN=VALUE, not ''."),
        (["other.csv"], "other.csv:1: it must begin with the columns _input, _line"),
        (["strange.csv"], "strange.csv: the run has no reject in input 1, line 2."),
        (["unknown.csv"], "unknown.csv: input 1, line 3: its file has no column 'price'."),
        (["strange.csv", "--code", "nul"], "FILE has the rows to load: leave out --code and --column, or FILE."),
    ],
)
def test_mistakes_are_said_and_nothing_is_registered(
    engine: InProcess, sluice: Sluice, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "other.csv").write_text("id,amount\n")
    (tmp_path / "strange.csv").write_text("_input,_line,amount\n1,2,3\n")
    (tmp_path / "unknown.csv").write_text("_input,_line,price\n1,3,3\n")
    result = sluice("rejects", "replay", "1", *words)
    assert result.exit_code != 0
    assert said in result.stderr
    assert engine.sql("select count(*) from sluice.run") == [(1,)]


def test_a_replay_and_what_it_has_loaded_are_not_retried(engine: InProcess, sluice: Sluice, tmp_path: Path) -> None:
    assert loaded(engine, orders(tmp_path / "b.csv", [(8, "x", "free"), (9, "y", "free")])) == 2
    sluice("rejects", "replay", "2", "--where", "id=8", "--set", "amount=8")
    engine.finish(Run(3))
    with pytest.raises(ConfigError, match="Run 3 has loaded rejects of run 2, of a file that a retry would read again"):
        retry(2)
    with pytest.raises(ConfigError, match="replay what is left, sluice rejects replay 2"):
        retry(3)


def test_after_a_purge_a_row_that_was_loaded_is_still_known(engine: InProcess, sluice: Sluice) -> None:
    sluice("rejects", "replay", "1", "--column", "id", "--set", "id=3")
    engine.finish(Run(2))
    before = purge.before(timedelta(days=-1))
    purge.purge_run(2, before)
    assert engine.sql("select state, record from sluice.replayed") == [("fixed", None)]
    assert "run 2 has loaded it already" in sluice("rejects", "replay", "1", "--column", "id", "--set", "id=4").stdout
    purge.purge_run(1, before)
    assert engine.sql("select count(raw) from sluice.reject") == [(0,)]
    assert "were purged" in sluice("rejects", "replay", "1").stderr


def test_an_older_version_settled_the_replay(engine: InProcess, sluice: Sluice) -> None:
    sluice("rejects", "replay", "1", "--set", "amount=7")
    engine.finish(Run(2))
    engine.sql("update sluice.replayed set state = 'open'")
    assert "by run 2: 3 fixed, 1 refused again" in sluice("status", "1").stdout


def test_a_snapshot_is_loaded_as_a_whole(engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(engine, tmp_path / "pipelines", monkeypatch, conflict="update", files=", snapshot=True")
    loaded(engine, orders(tmp_path / "a.csv", BAD))
    result = CliRunner().invoke(app, ["rejects", "replay", "1"])
    assert "files is a snapshot, whose rows are replaced as a whole" in result.stderr
    assert CliRunner().invoke(app, ["rejects", "export", "1", "-"]).exit_code == 0


def test_a_value_with_nul_is_exported_and_left_as_it_is(engine: InProcess, sluice: Sluice, tmp_path: Path) -> None:
    path = tmp_path / "nul.jsonl"
    path.write_text('{"id": 8, "name": "a\\u0000", "amount": 1}\n{"id": 9, "name": "b", "amount": "free"}\n')
    run = loaded(engine, path)
    file = tmp_path / "edited.csv"
    assert sluice("rejects", "export", str(run), str(file)).exit_code == 0
    file.write_text(file.read_text().replace(",free\n", ",2.00\n"))
    said = sluice("rejects", "replay", str(run), str(file), "--dry-run").stdout
    assert said.startswith(f"1 of 2 rejects of run {run} would pass now\n")
    assert "refused: nul in name" in said
