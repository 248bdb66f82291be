"""The page on Python functions has each code that such a fetch is refused with."""

from __future__ import annotations

import re
from pathlib import Path

from sluice.engine.sources import records, rows

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "rows.md"
FILES = [Path(records.__file__), *Path(rows.__file__).parent.glob("*.py")]


def test_each_code_has_its_line_in_the_table() -> None:
    raised = {code for file in FILES for code in re.findall(r'DataError\(\s*"(\w+)"', file.read_text())}
    documented = set(re.findall(r"^\| `([a-z]+_[a-z_]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert raised | {"no_rows"} == documented
