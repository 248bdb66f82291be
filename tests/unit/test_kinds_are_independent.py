"""A format imports no other format, and a source no other source: so a new one is a folder and a line in `known.py`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sluice

ENGINE = Path(sluice.__file__).parent / "engine"
SHARED = {
    "formats": {"text", "spelled", "format", "caps"},
    "sources": {"kind", "landing", "fetch", "setting"},
}


def _imported(module: Path) -> set[str]:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    names = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    names |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names


def _foreign(package: str, kind: Path) -> set[str]:
    """The modules of the package that a kind imports and that are neither its own nor shared."""
    prefix = f"sluice.engine.{package}."
    found = {
        name.removeprefix(prefix).split(".")[0]
        for module in kind.rglob("*.py")
        for name in _imported(module)
        if name.startswith(prefix)
    }
    return found - SHARED[package] - {kind.name}


def _kinds(package: str) -> list[Path]:
    return sorted(
        each.parent for each in (ENGINE / package).glob("*/__init__.py") if each.parent.name not in SHARED[package]
    )


@pytest.mark.parametrize("kind", _kinds("formats"), ids=lambda kind: kind.name)
def test_a_format_imports_no_other_format(kind: Path) -> None:
    assert _foreign("formats", kind) == set()


@pytest.mark.parametrize("kind", _kinds("sources"), ids=lambda kind: kind.name)
def test_a_source_imports_no_other_source(kind: Path) -> None:
    assert _foreign("sources", kind) == set()


def test_the_known_kinds_are_looked_at() -> None:
    assert {"csv", "jsonl", "parquet", "unpack"} <= {each.name for each in _kinds("formats")}
    assert {"files", "http", "query"} <= {each.name for each in _kinds("sources")}
