"""Messages and help texts are plain: rules are stated as rules, and no word of ours stands for a common one."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import sluice as package
from sluice.cli.main import COMMANDS, app
from tests.kit.pages import pages

ROOT = Path(package.__file__).parent
# packages whose docstrings and files of SQL and HTML are checked too
CHECKED = (
    "cli",
    "web",
    "reports",
    "pipelines",
    "samples",
    "testing",
    "engine",
    "workers",
    "tasks",
    "embedded",
    "chaos",
)
REFUSED = re.compile(
    r"\b(?<!there )(is|are|be) no (?!longer|more)|\bmend|it is a whole number|cannot be no\b", re.IGNORECASE
)
# words of our own that stand for common ones, such as claim, parameters, next to
OWN = re.compile(r"\b(told|asked|beside|tend|landed|whoever)\b|\bheld by\b", re.IGNORECASE)
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
WIDE = {"COLUMNS": "300", "NO_COLOR": "1", "TERM": "dumb"}


def _text(node: ast.AST) -> str | None:
    """A literal's text, with {} for what is formatted into it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(each.value) if isinstance(each, ast.Constant) else "{}" for each in node.values)
    return None


def _literals(tree: ast.AST) -> Iterator[tuple[int, str]]:
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = None if id(node) in inside else _text(node)
        if text is not None:
            yield getattr(node, "lineno", 0), text


def _docstrings(tree: ast.AST) -> set[int]:
    """The lines that docstrings begin in."""
    return {
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def _messages() -> Iterator[tuple[str, str]]:
    """Every text of the package: of the command also docstrings, which are its help; the API has tests of its own."""
    for path in sorted(ROOT.rglob("*.py")):
        where = path.relative_to(ROOT)
        if where.parts[0] == "web":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        skipped = set() if where.parts[0] == "cli" or where.name == "errors.py" else _docstrings(tree)
        for line, text in _literals(tree):
            if line not in skipped:
                yield f"{where}:{line}", text


def test_no_message_states_a_rule_as_what_a_value_is_not() -> None:
    messages = list(_messages())
    assert len(messages) > 1_000  # the scan sees them
    assert [f"{where}: {text}" for where, text in messages if REFUSED.search(text)] == []


def _plain_texts() -> Iterator[tuple[str, str]]:
    """Pages without their code, and docstrings, comments and templates of the checked packages."""
    for name, text in pages().items():
        if name != "CHANGELOG.md":  # it quotes what was
            yield name, CODE.sub(" ", text)
    for path in sorted(each for room in CHECKED for each in (ROOT / room).rglob("*")):
        where = str(path.relative_to(ROOT))
        if path.suffix == ".py":
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                    yield f"{where}: {getattr(node, 'name', '')}", CODE.sub("", ast.get_docstring(node) or "")
        elif path.suffix == ".html":
            yield where, path.read_text(encoding="utf-8")
        # not SQL of derived tables: it is part of their definition, so another comment would build them in full
        elif path.suffix == ".sql" and not {"pipelines", "migrations"} & set(path.parts):
            yield where, "\n".join(re.findall("--.*", path.read_text(encoding="utf-8")))


def test_pages_and_docstrings_are_plain() -> None:
    texts = list(_plain_texts())
    assert len(texts) > 500  # the scan sees them
    assert [
        f"{where}: {found[0]}" for where, text in texts if (found := REFUSED.search(text) or OWN.search(text))
    ] == []


@pytest.mark.parametrize(
    "text", ["`read` is told", "rows held by a run", "100 unless told", "Beside the key", "as asked"]
)
def test_words_of_our_own_would_be_noticed(text: str) -> None:
    assert OWN.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "'x' is no CSV file",
        "Mend the step",
        "n is no id: it is a whole number",
        "limit cannot be no text",
        "must be no id",
    ],
)
def test_such_messages_would_be_noticed(text: str) -> None:
    ((_, literal),) = _literals(ast.parse(f"raise ConfigError({text!r})"))
    assert REFUSED.search(literal)


@pytest.mark.parametrize("text", ["There is no run 7: `sluice status` lists the runs.", "it is no longer there"])
def test_that_something_is_not_there_may_be_said(text: str) -> None:
    assert not REFUSED.search(text)


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_the_help_of_each_command_is_plain_and_in_the_list(command: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], env=WIDE)
    assert shown.exit_code == 0
    assert not REFUSED.search(shown.stdout), shown.stdout
    group = command.split()[:-1]
    listed = CliRunner().invoke(app, [*group, "--help"], env=WIDE).stdout
    assert next(each.help for each in COMMANDS if each.name == command) in listed


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("status", "--limit", "0"), "--limit must be an integer of at least 1, not '0'."),
        (("status", "x"), "RUN must be an integer, not 'x'."),
        (("retry", "7.5"), "RUN must be an integer, not '7.5'."),
        (("worker", "-c", "257"), "--concurrency must be an integer between 1 and 256, not '257'."),
        (("serve", "--port", "many"), "--port must be an integer between 0 and 65,535, not 'many'."),
        (("run", "call_logs", "--timeout", "soon"), "--timeout must be a number of at least 0, not 'soon'."),
        (
            ("enqueue", "customer_ltv", "--as-of", "1.2.2024"),
            "--as-of must be a date such as 2024-12-31 (YYYY-MM-DD), not",
        ),
        (("demo", "other"), "PIPELINE must be one of call_logs, unified_sales, not 'other'."),
        (("export", "t", "--to", "x", "--format", "xml"), "--format must be one of csv, parquet, not 'xml'."),
        (("rejects", "list", "7", "--limit", "-1"), "--limit must be an integer of at least 0, not '-1'."),
    ],
)
def test_a_wrong_value_is_named_with_its_rule(words: tuple[str, ...], message: str) -> None:
    result = CliRunner().invoke(app, [*words], env=WIDE)
    assert result.exit_code == 2
    assert message in result.stderr


def test_programs_get_the_rule_as_well(sluice: Callable[..., Any]) -> None:
    assert "--limit must be an integer of at least 1, not '0'." in sluice("status", "--limit", "0", "--json").stdout
