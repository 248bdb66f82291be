"""The page for users knows every code that a fetch is refused with, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from sluice.engine.sources import http

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "declare" / "http-api.md"
ROOM = Path(http.__file__).parent


def test_each_code_has_its_line_in_the_table() -> None:
    files = ("address.py", "request.py", "last_page.py", "next_page.py", "pages.py", "retries.py", "wire.py", "kind.py")
    text = "".join((ROOM / name).read_text() for name in files)
    raised = set(re.findall(r'DataError\(\s*"(\w+)"', text))
    documented = set(re.findall(r"^\| `([a-z_]+)` \|", PAGE.read_text(), re.MULTILINE))
    assert raised == documented
    assert len(raised) == 19
