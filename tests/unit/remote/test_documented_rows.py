"""The pages on Python functions and on databases have each code that such a fetch is refused with."""

from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import pytest

from sluice.engine.formats.spelled import records
from sluice.engine.sources import rows
from sluice.engine.sources.query import alchemy

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "declare"


@pytest.mark.parametrize(
    ("page", "room", "further"),
    [
        ("rows.md", rows, {"no_rows"}),
        ("mysql.md", alchemy, {"no_rows", "driver_missing", "setting_missing"}),
    ],
)
def test_each_code_has_its_line_in_the_table(page: str, room: ModuleType, further: set[str]) -> None:
    files = [Path(records.__file__), *Path(str(room.__file__)).parent.glob("*.py")]
    raised = {code for file in files for code in re.findall(r'DataError\(\s*"(\w+)"', file.read_text())}
    documented = set(re.findall(r"^\| `([a-z]+_[a-z_]+)`", (HOW_TO / page).read_text(), re.MULTILINE))
    assert raised | further == documented
