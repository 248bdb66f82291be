"""`sluice preview`: no servers, nothing written, and the exit code of the run."""

from __future__ import annotations

import gzip
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sluice.engine.base.settings import settings
from sluice.engine.database import connection
from tests.unit.cli.made_up import Sluice

BILLS = """
from sluice import Column, Date, Decimal, Files, Integer, Pipeline, Table, Text

pipeline = Pipeline("bills", Files("*.csv*"), Table("bills", ("id",), [
    Column("id", Integer(), required=True),
    Column("name", Text()),
    Column("amount", Decimal(14, 2), header="Betrag"),
    Column("day", Date("%Y-%m-%d")),
]))
"""
HEADER = "id;name;Betrag;day\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "mine").mkdir(mode=0o755)
    (tmp_path / "mine" / "bills.py").write_text(BILLS)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("SLUICE_PIPELINES", str(tmp_path / "mine"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    monkeypatch.chdir(tmp_path)
    settings.cache_clear()

    def no_server(*_: Any, **__: Any) -> Any:
        raise AssertionError("preview connects to no server")

    monkeypatch.setattr(connection.psycopg2, "connect", no_server)
    return tmp_path


def _write(folder: Path, text: str | bytes, name: str = "a.csv") -> str:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return name


def _previewed(sluice: Sluice, *words: str) -> dict[str, Any]:
    ended = sluice("preview", "bills", *words, "--json")
    facts: dict[str, Any] = json.loads(ended.stdout)
    assert facts["exit_code"] == ended.exit_code
    return facts


def test_rows_books_rejects_and_hints_on_one_screen(sluice: Sluice, folder: Path) -> None:
    text = HEADER + "1;a;5;2024-01-01\n2;b;1.234,50;2024-01-02\n1;a;5;2024-01-01\n1;x;5;\n"
    ended = sluice("preview", "bills", _write(folder, text))
    said = ended.stdout
    assert ended.exit_code == 0
    assert "  a.csv: CSV, utf-8, delimiter ';', rows from line 2, 4 records\n" in said
    assert "1   a     5.00    2024-01-01  a.csv:2\n" in said
    assert (
        "    read       4\n  = loaded     1\n  + updated    0\n  + unchanged  0\n  + duplicate  1\n  + rejected   2\n"
        in said
    )
    assert "  1 x not_decimal in amount: a.csv:3: amount: '1.234,50' is not a decimal number.\n" in said
    assert "1 x key_conflict: a.csv:5: The same key (id) has other values in line 2 of the same file" in said
    assert "Rows already in the table are not known here" in said
    assert said.endswith("a run would end with state done, exit code 0\n")


def test_a_hint_is_a_line_to_copy(sluice: Sluice, folder: Path) -> None:
    said = sluice("preview", "bills", _write(folder, HEADER + "1;a;1.234,50;01.02.2024\n2;b;7,00;25.02.2024\n")).stdout
    assert '  Column("amount", Decimal(14, 2, thousands=".", point=","), header="Betrag")\n' in said
    assert "    2 of 2 of its refused texts would pass, e.g. '1.234,50' as 1234.50\n" in said
    assert '  Column("day", Date("%d.%m.%Y"))\n' in said  # a row is refused for its first column; this is its second


@pytest.mark.parametrize(
    ("text", "line", "detail"),
    [
        (b"Report\n\nid;name;Betrag;day\n1;a;5;\n", 'Files("*.csv*", skip=1)', "1 of 1 of its rows would pass"),
        (b"id;n\xe4me\n1;a\n", 'Files("*.csv*", encoding="cp1252")', "1 of 1 of its rows would pass"),
        (
            b"id;name\n1;M\xfcller\n2;b\n",
            'Files("*.csv*", encoding="cp1252")',
            "2 of 2 of its rows would pass, e.g. 'M\xfcller'",
        ),
        (b"id;nmae\n1;a\n", 'Column("name", Text(), header="nmae")', "1 of 1 of its rows would pass"),
    ],
)
def test_hints_for_files(sluice: Sluice, folder: Path, text: bytes, line: str, detail: str) -> None:
    said = sluice("preview", "bills", _write(folder, text)).stdout
    assert f"  {line}\n    a.csv: {detail}" in said


def test_no_encoding_is_proposed_for_a_file_of_two(sluice: Sluice, folder: Path) -> None:
    name = _write(folder, "id;name\n1;Zoë\n".encode() + b"2;M\xfcller\n")
    assert _previewed(sluice, name)["hints"] == []


@pytest.mark.parametrize(
    ("text", "options", "code"),
    [
        (HEADER + "1;a;5;\n", [], 0),
        (HEADER + "1;a;5;\nx;a;5;\n", [], 0),
        (HEADER + "1;a;5;\nx;a;5;\n", ["--strict"], 3),
        (HEADER + "1;a;5;\nx;a;5;\n", ["--max-rejects", "0"], 4),
        (HEADER + "1;a;5;\nx;a;5;\n", ["--max-rejects", "50%"], 0),
        (HEADER + "x;a;5;\n", [], 1),
        ("a;b\n1;2\n", [], 1),
        (HEADER, [], 1),
        ("", [], 1),
    ],
)
def test_exit_codes_are_those_of_a_run(sluice: Sluice, folder: Path, text: str, options: list[str], code: int) -> None:
    assert _previewed(sluice, _write(folder, text), *options)["exit_code"] == code


def test_some_files_that_are_refused(sluice: Sluice, folder: Path) -> None:
    good, empty, wrong = (
        _write(folder, HEADER + "1;a;5;\n"),
        _write(folder, "", "b.csv"),
        _write(folder, "x\n1\n", "c.csv"),
    )
    assert sluice("preview", "bills", good, empty).exit_code == 0
    ended = sluice("preview", "bills", good, wrong)
    assert ended.exit_code == 6
    assert "not loaded:\n  c.csv: The header lacks 'id'; it has 'x'.\n" in ended.stdout


def test_nothing_is_left_behind(sluice: Sluice, folder: Path, home: Path) -> None:
    packed = _write(folder, gzip.compress((HEADER + "1;a;5;\n").encode()), "a.csv.gz")
    before = sorted(folder.rglob("*"))
    assert _previewed(sluice, packed)["loaded"] == 1
    assert sorted(folder.rglob("*")) == before
    assert not home.exists()


def test_packed_files_other_formats_and_encodings(sluice: Sluice, folder: Path) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("a.csv", HEADER + "1;a;5;\n")
        opened.writestr("b.csv", HEADER + "2;a;5;\n")
    parquet = io.BytesIO()
    pq.write_table(pa.table({"id": [3], "name": ["c"], "extra": [1]}), parquet)
    names = [
        _write(folder, archive.getvalue(), "a.zip"),
        _write(folder, parquet.getvalue(), "b.parquet"),
        _write(folder, '{"id": 4, "more": 1}\n', "c.jsonl"),
        _write(folder, (HEADER + "5;ü;5;\n").encode("utf-16"), "d.csv"),
    ]
    facts = _previewed(sluice, *names)
    assert [row["values"]["id"] for row in facts["tables"][0]["rows"]] == [1, 2, 3, 4, 5]
    assert [(each["format"], each["encoding"], each["not_loaded"]) for each in facts["files"]] == [
        ("csv", "utf-8", []),
        ("csv", "utf-8", []),
        ("converted", "utf-8", ["extra"]),
        ("jsonl", "utf-8", ["more"]),
        ("csv", "utf-16-le", []),
    ]


def test_any_declared_delimiter_is_shown(sluice: Sluice, folder: Path) -> None:
    pipeline = folder / "mine" / "bills.py"
    for delimiter, shown in (("^", "'^'"), (";", "';'"), ("\t", "tab")):
        pipeline.write_text(BILLS.replace('"*.csv*"', f'"*.csv*", delimiter={delimiter!r}'))
        name = _write(folder, (HEADER + "1;a;5;\n").replace(";", delimiter))
        assert f"delimiter {shown}, rows from line 2" in sluice("preview", "bills", name).stdout


def test_no_more_than_the_first_records(sluice: Sluice, folder: Path) -> None:
    rows = [f'{n};"a\n{n}";x;\n' if n == 3 else f"{n};a;5;\n" for n in range(1, 8)]
    name = _write(folder, HEADER + "".join(rows))
    facts = _previewed(sluice, name, "--limit", "4", "--rows", "2")
    assert (facts["read"], facts["loaded"], facts["rejected"], facts["limit"]) == (4, 3, 1, 4)
    assert [(row["line"], row["values"]["id"]) for row in facts["tables"][0]["rows"]] == [(2, 1), (3, 2)]
    assert facts["files"][0]["whole"] is False
    assert (
        "Only the first 4 records of each file were looked at (--limit)."
        in sluice("preview", "bills", name, "--limit", "4").stdout
    )
    assert _previewed(sluice, name, "--limit", "7")["files"][0]["whole"] is True


def test_the_limit_reads_no_more_of_a_large_file_than_it_needs(
    sluice: Sluice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.engine.sources.files.beginning._FIRST", 1 << 10)
    name = _write(folder, HEADER + "".join(f"{n};a;5;\n" for n in range(20_000)) + '9;"never closed;5;\n')
    facts = _previewed(sluice, name, "--limit", "100")
    assert (facts["read"], facts["rejected"], facts["files"][0]["whole"]) == (100, 0, False)


def test_a_quote_that_is_closed_behind_what_was_read_is_closed(
    sluice: Sluice, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.engine.sources.files.beginning._FIRST", 1 << 8)
    text = HEADER + '1;"' + "a\n" * 400 + '";5;\n' + "".join(f"{n};b;5;\n" for n in range(2, 50))
    facts = _previewed(sluice, _write(folder, text), "--limit", "2", "--rows", "5")
    assert [(row["line"], row["values"]["id"]) for row in facts["tables"][0]["rows"]] == [(2, 1), (403, 2)]


def test_sources_that_a_run_fetches_are_not_read(sluice: Sluice) -> None:
    ended = sluice("preview", "customer_ltv", "nowhere.csv")
    assert ended.exit_code == 2
    assert "No file at 'nowhere.csv'" in ended.stderr


def test_a_transform_that_raises_fails_its_file_only(sluice: Sluice, folder: Path) -> None:
    text = BILLS.replace("]))", "]), transform=lambda frame: frame if len(frame) > 1 else frame['x'])")
    (folder / "mine" / "bills.py").write_text(text.replace('("bills", Files', '("bills2", Files'))
    good, bad = _write(folder, HEADER + "1;a;5;\n2;a;5;\n"), _write(folder, HEADER + "3;a;5;\n", "b.csv")
    ended = sluice("preview", "bills2", good, bad)
    assert ended.exit_code == 1
    assert "failed: KeyError at" in ended.stdout
    assert "  = loaded     2\n" in ended.stdout


def test_no_files_are_a_mistake_of_the_command_line(sluice: Sluice, folder: Path) -> None:
    assert sluice("preview", "bills").exit_code == 2
    assert sluice("preview", "bill", "a.csv").stderr.startswith("error: Unknown pipeline 'bill'; did you mean bills?")
