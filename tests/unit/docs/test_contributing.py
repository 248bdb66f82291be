"""CONTRIBUTING.md names what there is: every failpoint, and paths that exist."""

from __future__ import annotations

import re

from sluice.engine.ledger.kinds import NAMES
from tests.kit.pages import page
from tests.kit.stack import ROOT

PAGE = page("CONTRIBUTING.md")
STEPS = ("plan", "extract", "transform", "load", "settle", "build")


def test_every_failpoint_of_the_code_is_in_the_list_and_no_other() -> None:
    text = "".join(path.read_text() for path in (ROOT / "sluice").rglob("*.py"))
    in_code = set(re.findall(r'failpoint\("([a-z_.]+)"\)', text))
    assert 'failpoint(f"{kind}.claimed")' in text
    in_code |= {f"{kind}.claimed" for kind in STEPS}
    listed = re.findall(r"`([a-z]+\.[a-z_]+)`", PAGE.split("## Failpoints")[1].split("## ")[0].split("| --- |")[-1])
    assert sorted(listed) == sorted(in_code)


def test_every_step_can_be_claimed() -> None:
    assert sorted(NAMES) == sorted(STEPS)


def test_every_path_that_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:sluice|tests|docs|deploy)/[\w./-]+)`", PAGE))
    assert len(named) > 30
    missing = {each for each in named if "NAME" not in each and "0NN" not in each and not (ROOT / each).exists()}
    assert missing == set()


def test_the_glossary_is_in_alphabetical_order() -> None:
    words = re.findall(r"^\| ([^|]+) \| [^|]+ \| [^|]+ \|$", PAGE.split("## Glossary")[1], re.MULTILINE)[1:]
    assert len(words) >= 38
    assert words == sorted(words)
