"""Every command that a page shows exists, and takes the options that it is shown with."""

from __future__ import annotations

import re
from typing import Any

import pytest
import typer

from sluice.cli.main import app
from tests.kit.pages import commands, page, pages, words
from tests.kit.stack import ROOT

SHOWN = [(path, line) for path, text in pages().items() for line in commands(text)]
SIMPLE = [(path, each) for path, line in SHOWN for each in words(line) if each]


def after(each: list[str]) -> list[str] | None:
    """The arguments of a command of Sluice; `docker-compose exec worker sluice status` is one, too."""
    if each[0] == "sluice":
        return each[1:]
    return (
        each[each.index("sluice") + 1 :] if each[0] == "docker-compose" and "worker sluice" in " ".join(each) else None
    )


def check(command: Any, name: str, given: list[str], parent: Any = None) -> None:
    """Let the command read its arguments, without running it. Raises what the command line would say."""
    if not hasattr(command, "list_commands"):
        command.make_context(name, list(given), parent)
    elif given[0] not in ("--help", "--version"):
        context = command.make_context(name, [], parent, resilient_parsing=True)
        assert given[0] in command.list_commands(context), f"there is no command {given[0]}"
        check(command.get_command(context, given[0]), given[0], given[1:], context)


@pytest.mark.parametrize(("path", "given"), [(p, w) for p, each in SIMPLE if (w := after(each)) is not None])
def test_a_command_of_sluice_is_one(path: str, given: list[str]) -> None:
    check(typer.main.get_command(app), "sluice", given)


def test_a_command_that_is_wrong_would_be_found() -> None:
    for wrong in (["run", "call_logs", "--no-such"], ["no-such"], ["status", "x"], ["rejects", "lost", "1"]):
        with pytest.raises(Exception, match=r"(?i)no such|unexpected|a valid|integer|no command"):
            check(typer.main.get_command(app), "sluice", wrong)


def test_a_make_target_is_one() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {each[1] for _, each in SIMPLE if each[0] == "make"}
    assert {"demo", "test", "demo-unified"} <= shown <= targets


def test_a_module_or_script_that_is_started_is_there() -> None:
    for path, each in SIMPLE:
        if each[:2] == ["python", "-m"]:
            place = ROOT.joinpath(*each[2].split("."))
            assert place.with_suffix(".py").exists() or place.is_dir(), f"{path}: {each}"
        if each[0].startswith("deploy/"):
            assert (ROOT / each[0]).exists(), f"{path}: {each}"


def test_enough_commands_were_found() -> None:
    assert len([each for _, each in SIMPLE if each[0] == "sluice"]) > 50
    assert {path for path, _ in SHOWN} >= {
        "README.md",
        "docs/how-to/operate/containers.md",
        "docs/tutorial/first-load.md",
    }


def test_the_readme_is_short_and_begins_with_two_commands() -> None:
    assert len(page("README.md").splitlines()) <= 150
    assert list(commands(page("README.md")))[:2] == ["make demo", "make test"]
