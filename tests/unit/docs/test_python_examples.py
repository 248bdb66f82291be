"""The Python on the pages can be read, and calls what there is with arguments that there are."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest

import sluice
from sluice import preprocess
from tests.kit.pages import blocks, pages

EXAMPLES = [(path, text) for path, page in pages().items() for text in blocks(page, "python")]


def called(call: ast.Call) -> Any:
    """What of Sluice a call is of, or None."""
    if isinstance(call.func, ast.Name) and call.func.id in sluice.__all__:
        return getattr(sluice, call.func.id)
    of = call.func
    if isinstance(of, ast.Attribute) and isinstance(of.value, ast.Name) and of.value.id == "preprocess":
        return getattr(preprocess, of.attr)
    return None


@pytest.mark.parametrize(("path", "text"), EXAMPLES)
def test_an_example_calls_what_there_is(path: str, text: str) -> None:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and node.module == "sluice":
            assert {each.name for each in node.names} <= set(sluice.__all__)
        if isinstance(node, ast.Call) and (of := called(node)) is not None:
            parameters = inspect.signature(of.__init__ if inspect.isclass(of) else of).parameters
            assert {each.arg for each in node.keywords if each.arg} <= set(parameters), ast.unparse(node)


def test_enough_examples_were_found() -> None:
    assert len(EXAMPLES) >= 9
