"""The generated pages name every command, option, setting, exit code, error code and Python name."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

import sluice
from docs.generate import main, pages
from docs.generated import codes
from sluice.cli.exits import Exit
from sluice.cli.main import app
from sluice.engine.base.settings import Settings, variable
from tests.kit.pages import page
from tests.kit.stack import ROOT

PAGES = pages()
SOURCES = [*(ROOT / "sluice").rglob("*.py"), *(ROOT / "sluice").rglob("*.sql")]


def leaves(command: Any, path: str, parent: Any = None) -> dict[str, Any]:
    """The commands that are not groups, by their whole names."""
    if not hasattr(command, "list_commands"):
        return {path: command}
    found = {}
    context = command.make_context(path.rsplit(maxsplit=1)[-1], [], parent, resilient_parsing=True)
    for each in command.list_commands(context):
        found |= leaves(command.get_command(context, each), f"{path} {each}", context)
    return found


COMMANDS = leaves(typer.main.get_command(app), "sluice")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_section_with_its_options(name: str) -> None:
    sections = re.split(r"^## ", PAGES["reference/command-line.md"], flags=re.MULTILINE)
    (section,) = [each for each in sections if each.startswith(f"{name}\n")]
    for each in COMMANDS[name].params:
        assert each.name == "help" or any(option in section for option in (*each.opts, each.name)), each.opts


def test_each_command_is_also_on_a_page_that_shows_its_use() -> None:
    from tests.kit.pages import pages as written

    text = "\n".join(written().values())
    for name in COMMANDS:
        assert re.search(rf"{name}\b|make {name.removeprefix('sluice ')}\b", text), f"no page shows {name}"


def test_each_setting_is_on_its_page_with_what_it_means() -> None:
    text = PAGES["reference/settings.md"]
    for name, field in Settings.model_fields.items():
        named = variable(name)
        (line,) = re.findall(rf"^\| `{named}` \|.*$", text, re.MULTILINE)
        assert field.description, f"{named} has no description in settings.py"
        assert field.description.replace("|", "\\|") in line


def test_the_defaults_and_limits_of_settings_are_as_people_read_them() -> None:
    lines = PAGES["reference/settings.md"].splitlines()
    assert "| `SLUICE_FLOWER_PORT` | port of Flower (1 to 65,535); default: 5555 |" in lines
    assert "| `SLUICE_HOME` | data of the embedded servers, and logs; default: `.sluice` |" in lines
    assert [
        line
        for line in lines
        if line.startswith("| `SLUICE_WINDOW` |") and line.endswith("(1 to 10,000); default: 1000 |")
    ]


def test_settings_of_the_embedded_servers_are_on_the_page() -> None:
    text = "".join(path.read_text() for path in (ROOT / "sluice" / "embedded").rglob("*.py"))
    for name in set(re.findall(r'"(SLUICE_(?:EMBEDDED|REDIS)_[A-Z]+)"', text)):
        assert f"`{name}`" in PAGES["reference/settings.md"]


def test_each_exit_code_is_on_the_page_of_commands() -> None:
    for code in Exit:
        assert f"| {int(code)} | {code.__doc__} |" in PAGES["reference/command-line.md"]


def test_each_python_name_has_its_signature_and_words() -> None:
    text = PAGES["reference/python.md"]
    for name in sluice.__all__:
        assert f"## {name}\n" in text
    for name in sluice.preprocess.__all__:
        assert f"### preprocess.{name}\n" in text
    assert "Boolean()\n```\n\ntrue or false, t or f" in text
    assert "at_least(bound: Bound) -> Check\n" in text or "at_least(bound: Bound)\n" in text


def test_each_code_has_a_message() -> None:
    assert [each for each in codes.found() if not each.message] == []


def test_a_code_has_the_message_that_comes_with_it() -> None:
    messages: dict[str, set[str]] = {}
    for each in codes.found():
        messages.setdefault(each.code, set()).add(each.message)
    assert messages["bad_date"] == {
        "'{value}' is, in UTC, outside the years 0001 to 9999.",
        "'{value}' is not a … in a declared format.",
    }
    kinds = {each.code: each.kind for each in codes.found()}
    assert (kinds["ragged_row"], kinds["corrupt"], kinds["no_next"]) == ("rows", "inputs", "sources")
    assert (kinds["heavy_tail"], kinds["too_slow"], kinds["no_such_run"]) == ("forecast", "api", "api")
    assert messages["no_such_run"] == {"404: There is no run …"}


def test_codes_of_other_pages_are_on_the_page_of_codes() -> None:
    here = {each.code for each in codes.found()}
    summary = re.findall(r"^\| `[A-Z]\w+` \| `.+` \| ((?:`\w+` ?)+) \|$", page("docs/reference/types.md"), re.MULTILINE)
    elsewhere = set(re.findall(r"\w+", " ".join(summary)))
    elsewhere |= set(re.findall(r"^\| `([a-z_]+)` \|", page("docs/how-to/declare/http-api.md"), re.MULTILINE))
    rows = re.findall(r"rejected: (.*), \.\.\. \|", page("docs/reference/rows.md"))
    elsewhere |= set(re.findall(r"`(\w+)`", rows[0]))
    assert len(elsewhere) > 35
    assert elsewhere - here == set()


def test_codes_that_are_described_by_hand_are_in_the_code() -> None:
    text = "".join(path.read_text() for path in SOURCES)
    for names in codes.FURTHER.values():
        for name in names:
            assert f'"{name}"' in text or f"'{name}'" in text, f"{name} is not in the code"


def test_the_pages_can_be_written_without_the_site(tmp_path: Path) -> None:
    main(tmp_path)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.md")) == [
        "reference/codes.md",
        "reference/command-line.md",
        "reference/python.md",
        "reference/settings.md",
    ]
