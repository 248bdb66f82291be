"""SQL lies beside the module that uses it: every file is used, and every name that is asked for is a file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sluice

ROOT = Path(sluice.__file__).parent
SHELVES = sorted(path for path in ROOT.rglob("sql") if path.is_dir() and list(path.glob("*.sql")))


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def texts(folder: Path) -> Iterator[str]:
    """Every string in the code of a folder, as a pattern: what an f-string puts in may be anything."""
    for _, tree in trees(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.escape(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(p.value)) if isinstance(p, ast.Constant) else ".+" for p in node.values]
                if parts != [".+"]:
                    yield "".join(parts)


@pytest.mark.parametrize("shelf", SHELVES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_statement_is_used_by_the_room_it_lies_in(shelf: Path) -> None:
    room = ROOT / "engine" if shelf.parent.name == "load" else shelf.parent  # steps name statements of a load's target
    used = set(texts(room))
    unused = [
        each.name
        for each in sorted(shelf.glob("*.sql"))
        if not any(re.fullmatch(text, name) for text in used for name in (each.stem, each.name))
    ]
    assert unused == []


def test_every_name_that_is_asked_for_is_a_file() -> None:
    missing = []
    for path, tree in trees(ROOT):
        if not (path.parent / "sql").is_dir():
            continue
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "query":
                continue
            name = node.args[0]
            if isinstance(name, ast.Constant) and not (path.parent / "sql" / f"{name.value}.sql").is_file():
                missing.append(f"{path.relative_to(ROOT)}:{node.lineno} {name.value}")
    assert missing == []


def test_every_statement_opens_with_a_line_that_says_why_it_is_there() -> None:
    bare = [
        str(each.relative_to(ROOT))
        for shelf in SHELVES
        if shelf.parent.parent.name != "pipelines" and shelf.parent.name != "pipelines"  # those are declarations
        for each in sorted(shelf.glob("*.sql"))
        if not each.read_text(encoding="utf-8").startswith("-- ")
    ]
    assert bare == []


def test_a_statement_in_python_is_read_for_the_schema_of_the_ledger() -> None:
    bare = []
    for path, tree in trees(ROOT):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or getattr(node.func, "attr", None) != "execute":
                continue
            text = getattr(node.args[0], "value", None) if node.args else None
            if isinstance(text, str) and re.search(r"(?<!set_config\(')\bsluice\.\w", text):
                bare.append(f"{path.relative_to(ROOT)}:{node.lineno} {text}")
    assert bare == []
