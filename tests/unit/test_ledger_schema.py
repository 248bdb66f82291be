"""Every statement names the ledger's schema by way of SLUICE_SCHEMA: none is read around it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import sluice
from sluice.engine.base.settings import settings
from sluice.engine.database.ledger import in_ledger
from sluice.errors import ConfigError

ROOT = Path(sluice.__file__).parent
STATEMENTS = sorted(
    path
    for path in ROOT.rglob("*.sql")
    if path.parent.name in ("sql", "migrations")
    and path.name != "move_tables.sql"  # of version 0.1.0: it says `sluice`
)
# what is left of the word once the schema is another: the command in a sentence, and settings of a session
COMMAND = re.compile(r"sluice (status|migrate|retry|unbuild|forget|run|undo|cancel|reload|purge)\b")
SETTING = re.compile(r"current_setting\('sluice\.(forget|refuses)'")
OF_LEDGER = re.compile(r"(?i)\b(from|join|into|update|copy|table|on|regclass\(')\s*sluice\.[a-z_]+")


@pytest.fixture
def staging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SLUICE_SCHEMA", "staging_ledger")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("staging")
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("select id from sluice.run r", "select id from staging_ledger.run r"),
        ("where n.nspname = 'sluice'", "where n.nspname = 'staging_ledger'"),
        ("'sluice'::regnamespace", "'staging_ledger'::regnamespace"),
        ("to_regclass('sluice.migration')", "to_regclass('staging_ledger.migration')"),
        ("create schema if not exists sluice;", "create schema if not exists staging_ledger;"),
        ("alter table only sluice.%I", "alter table only staging_ledger.%I"),
        ("insert into sluice.forget (id)", "insert into staging_ledger.forget (id)"),
        ("current_setting('sluice.forget')", "current_setting('sluice.forget')"),
        ("-- see `sluice retry`.", "-- see `sluice retry`."),
        ("select * from my_sluice.run, x.sluice.run", "select * from my_sluice.run, x.sluice.run"),
    ],
)
def test_a_statement_is_read_for_the_schema_of_the_setting(written: str, read: str) -> None:
    assert in_ledger(written) == read


def test_without_the_setting_a_statement_is_as_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SLUICE_SCHEMA", raising=False)
    settings.cache_clear()
    assert in_ledger("select 'sluice' from sluice.run") == "select 'sluice' from sluice.run"


@pytest.mark.usefixtures("staging")
def test_no_statement_in_a_file_names_the_schema_in_another_way() -> None:
    left = {
        str(path.relative_to(ROOT)): line
        for path in STATEMENTS
        for line in in_ledger(path.read_text(encoding="utf-8")).splitlines()
        if re.search(r"\bsluice\b", SETTING.sub("", COMMAND.sub("", line)))
    }
    assert left == {}


def test_statements_that_are_part_of_a_declaration_are_not_of_the_ledger() -> None:
    declared = [
        *ROOT.glob("pipelines/*/sql/*.sql"),
        *ROOT.glob("*/pipelines/sql/*.sql"),
        *ROOT.glob("samples/**/*.sql"),
    ]
    assert len(declared) > 20
    assert [str(path) for path in declared if OF_LEDGER.search(path.read_text(encoding="utf-8"))] == []


def test_no_statement_in_the_code_goes_around_it() -> None:
    around = [
        f"{path.relative_to(ROOT)}:{text.lineno} {text.value}"
        for path in sorted(ROOT.rglob("*.py"))
        for text in _loose_texts(ast.parse(path.read_text(encoding="utf-8")))
        if OF_LEDGER.search(text.value)
    ]
    assert around == []


def test_no_identifier_in_the_code_is_of_the_schema_as_it_is_written() -> None:
    named = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(ROOT.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "Identifier"
        if any(isinstance(each, ast.Constant) and each.value == "sluice" for each in node.args)
    ]
    assert named == []


def _loose_texts(tree: ast.Module) -> Iterator[ast.Constant]:
    """Texts of the code that are not arguments of `in_ledger`, and no docstrings."""
    held = {
        id(text)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "in_ledger"
        for text in ast.walk(node)
    }
    held |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in held:
            yield node


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (
            "Staging",
            "'Staging' is not a plain name: use lower-case letters, digits and _ (at most 63), and no digit first",
        ),
        ("a-b", "'a-b' is not a plain name: use lower-case letters, digits and _ (at most 63), and no digit first"),
        ("", "'' is not a plain name: use lower-case letters, digits and _ (at most 63), and no digit first"),
        (
            "a;drop",
            "'a;drop' is not a plain name: use lower-case letters, digits and _ (at most 63), and no digit first",
        ),
        ("public", "public has tables of others: name a schema that only the ledger has"),
        ("pg_toast", "pg_toast has tables of others: name a schema that only the ledger has"),
        ("shop", "shop is in SLUICE_SEARCH_PATH, for tables of pipelines: the ledger needs its own"),
    ],
)
def test_a_schema_that_cannot_be_the_ledgers_is_refused_with_a_sentence(
    name: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_SCHEMA", name)
    monkeypatch.setenv("SLUICE_SEARCH_PATH", "shop")
    settings.cache_clear()
    with pytest.raises(ConfigError) as raised:
        settings()
    settings.cache_clear()
    assert str(raised.value) == f"Sluice cannot start:\n  - SLUICE_SCHEMA: {why}."
