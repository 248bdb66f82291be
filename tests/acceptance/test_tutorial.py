"""The tutorial and the README, word by word: files are saved, commands typed, and each shows what the page shows.

`...` on the page stands for any lines. Times, speeds and the moment of a build differ. The servers are those of the
test, so what `sluice` says about starting its own is left out.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.kit.pages import blocks, files_to_save, page
from tests.kit.stack import Stack

_DIFFER = (
    (r"\d+\.\d s", "N s"),
    (r"[\d,]+ rows/s", "N rows/s"),
    (r"on \d{4}-\d\d-\d\d \d\d:\d\d", "on DAY"),
    (r"^(\d+ +call_logs .*) [\d.]+$", r"\1 N"),
    (r" +", " "),
)
_SERVERS = re.compile(r"^(starting|creating a) (Redis|PostgreSQL).*\n", re.MULTILINE)


class Lesson:
    """A page, and the folder that a reader follows it in."""

    def __init__(self, path: str, stack: Stack, env: dict[str, str]) -> None:
        self.text = page(path)
        self.stack = stack
        self.folder = stack.home / "lesson"
        self.folder.mkdir(exist_ok=True)
        search = f"{Path(sys.executable).parent}:{stack.env['PATH']}"
        self.env = stack.env | {"PATH": search, "COLUMNS": "300"} | env

    def follow(self, *, since: str = "", until: str = "") -> int:
        """Save its files and type its commands, from a heading or up to one; returns how many."""
        text = self.text.partition(f"\n## {until}\n")[0] if until else self.text
        text = text.partition(f"\n## {since}\n")[2] if since else text
        for name, body in files_to_save(text).items():
            (self.folder / name).parent.mkdir(exist_ok=True)
            (self.folder / name).write_text(body)
        typed = 0
        for block in blocks(text, "console"):
            for command, shown in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
                self._type(command, shown)
                typed += 1
        return typed

    def _type(self, command: str, shown: str) -> None:
        done = subprocess.run(
            ["bash", "-c", command],
            env=self.env,
            cwd=self.folder,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}"
        pattern = "".join(
            "(?:.*\n)*" if line.strip() == "..." else re.escape(line + "\n") for line in plain(shown).splitlines()
        )
        assert re.fullmatch(pattern, plain(done.stdout)), f"{command}\n--- the page\n{shown}\n--- it was\n{done.stdout}"


def plain(text: str) -> str:
    """The text without what differs from machine to machine."""
    text = _SERVERS.sub("", text)
    for pattern, instead in _DIFFER:
        text = re.sub(pattern, instead, text, flags=re.MULTILINE)
    return "".join(f"{line.rstrip()}\n" for line in text.splitlines())


def with_folder(env: dict[str, str]) -> dict[str, str]:
    """The same settings; the folder of pipelines is there, without which a worker does not start."""
    Path(env["SLUICE_PIPELINES"]).mkdir(parents=True, exist_ok=True)
    return env


def test_the_first_lesson_shows_what_comes_out(stack: Stack) -> None:
    stack.worker().wait_ready()  # else `sluice` may say that no worker is there
    assert Lesson("docs/tutorial/first-load.md", stack, {}).follow(until="Watch workers in a browser") == 8


@pytest.mark.slow
def test_the_second_and_the_third_lesson_show_what_comes_out(stack: Stack) -> None:
    env = {"SLUICE_PIPELINES": str(stack.home / "lesson" / "my_pipelines")}
    second, third = (Lesson(f"docs/tutorial/{name}.md", stack, env) for name in ("your-own-dataset", "derived-tables"))
    stack.worker(**with_folder(env)).wait_ready()
    assert second.follow() == 5
    assert third.follow() == 7


def test_the_dataset_of_the_readme_shows_what_comes_out(stack: Stack) -> None:
    env = {"SLUICE_PIPELINES": str(stack.home / "lesson" / "my_pipelines")}
    stack.worker(**with_folder(env)).wait_ready()
    assert Lesson("README.md", stack, env).follow(since="Your own dataset, in one file") == 3
