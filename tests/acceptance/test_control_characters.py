"""Names of files, headers and cells with escape sequences reach the terminal and logs as text, never as a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.kit.forked import run_forked
from tests.kit.stack import Stack

RED, BELL, CSI, TURN = "\x1b[31mred\x1b[0m", "\x07", "\x9b2J", "\u202e"
HEADER = f"customer_id,call_cost,call_destination,call_date,call_duration,more{CSI},{CSI}{TURN}\n"
ROW = "1,$1.50,Nai{}robi,2024-03-01 10:00:00,00:01:00,x,y\n"
STRANGE = ("\x1b", "\x07", "\x9b", "\u202e")


def _files(folder: Path) -> tuple[Path, Path]:
    good, bad = folder / f"good{RED}.csv", folder / f"bad{BELL}{TURN}.csv"
    good.write_text(HEADER + ROW.format("") + f"2,fr{RED}ee,Na{CSI},2024-03-01 10:00:00,00:01:00,x,y\n")
    bad.write_text(f"a{RED},b{CSI}\n1,2\n")
    return good, bad


@pytest.mark.parametrize("words", ["run", "preview", "init"])
def test_commands_print_no_control_character_of_a_file(stack: Stack, tmp_path: Path, words: str) -> None:
    good, bad = _files(tmp_path)
    worker = stack.worker(1).wait_ready() if words == "run" else None
    given = {"run": ["run", "call_logs"], "preview": ["preview", "call_logs"], "init": ["init", "--as", "strange"]}[
        words
    ]
    files = [str(good)] if words == "init" else [str(good), str(bad)]
    shown = _shown(stack, [*given, *files])
    assert "\\x1b[31mred" in shown
    if worker is None:
        return
    for more in (["status", "1"], ["status"], ["rejects", "list", "1"]):
        _shown(stack, more)
    for each in ([*given, *files, "--reload"], ["status", "1"], ["rejects", "list", "1"]):
        _, out, _ = run_forked("sluice.cli.main", (*each, "--json"), stack.env, stack.home, 120)
        assert not any(character in out for character in STRANGE)
        json.loads(out)
    ((note, error),) = stack.sql(
        "select max(note), max(error) from sluice.input where run_id = 1 having max(note) is not null"
    )
    assert not any(character in f"{note}{error}" for character in STRANGE)
    worker.kill_group()
    assert not any(character in worker.log.read_text() for character in STRANGE)


def _shown(stack: Stack, words: list[str]) -> str:
    code, out, err = run_forked("sluice.cli.main", tuple(words), stack.env, stack.home, 120)
    assert code in (0, 3, 6), (code, out, err)
    found = [character for character in STRANGE if character in out + err]
    assert not found, (found, out, err)
    return out + err
