"""`sluice check`: all mistakes of a file, each with its line, and none that only follows from another."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.check.files import check_files, named_files
from sluice.engine.check.mistakes import check_file

TABLE = 'Table("t", ("id",), [Column("id", Integer(), required=True)])'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SLUICE_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    tmp_path.chmod(0o755)
    return tmp_path


def _mistakes(folder: Path, text: str) -> list[tuple[int, str]]:
    path = folder / "made.py"
    path.write_text(text)
    pipeline, mistakes = check_file(path)
    assert (pipeline is None) == bool(mistakes)
    return [(int(each.place.removeprefix(f"{path}:")), each.sentence) for each in mistakes]


def test_every_declaration_is_looked_at(folder: Path) -> None:
    assert _mistakes(
        folder,
        """
from sluice import Column, Decimal, Files, Integer, Pipeline, Table, Text
columns = [
    Column("id", Integer(), requird=True),
    Column("Name", Text()),
    Column("a", Decimal(14, thousand=".", point=",")),
    Column("b", Text(max_length="3")),
]
pipeline = Pipeline("made", Files("*.csv", skipp=1, delimiter="x"), Table("t", ("id",), columns), schedul=None)
""",
    ) == [
        (4, "Column: got an unexpected keyword argument 'requird'; did you mean required=?"),
        (
            5,
            (
                "Column 'Name': a name must have at most 59 lower-case letters, digits and _, and must not begin with "
                "a digit."
            ),
        ),
        (6, "Decimal: got an unexpected keyword argument 'thousand'; did you mean thousands=?"),
        (7, "Text: max_length must be a whole number, not the text '3'."),
        (9, "Files('*.csv'): delimiter must be one ASCII character, no letter, digit, blank or quote, not 'x'."),
        (9, "Files: got an unexpected keyword argument 'skipp'; did you mean skip=?"),
        (9, "Pipeline: got an unexpected keyword argument 'schedul'; did you mean schedule=?"),
    ]


def test_a_misspelt_argument_is_taken_for_the_one_that_is_meant(folder: Path) -> None:
    text = (
        f'from sluice import *\npipeline = Pipeline("made", Files("*.csv"), {TABLE.replace("required", "requird")})\n'
    )
    assert _mistakes(folder, text) == [
        (2, "Column: got an unexpected keyword argument 'requird'; did you mean required=?")
    ]


def test_names_that_are_not_there(folder: Path) -> None:
    text = """from sluice import Colum, Files, Integer, Pipeline, Table
a = Txt()
columns = [Colum("id", Integer(), required=True), Colum("b", Text())]
pipeline = Pipeline("made", Files("*.csv"), Table("t", ("id",), columns))
c = Integr()
"""
    assert _mistakes(folder, text) == [
        (1, "sluice has no 'Colum'; did you mean Column?"),
        (2, "the name 'Txt' is not defined; did you mean Text?"),
        (3, "Text is not imported: write `from sluice import Text`."),
        (5, "the name 'Integr' is not defined; did you mean Integer?"),
    ]


def test_a_file_that_is_not_python_has_one_mistake(folder: Path) -> None:
    ((line, sentence),) = _mistakes(folder, "from sluice import *\npipeline = Pipeline(\n")
    assert line == 2
    assert sentence.startswith("this is not Python")


def test_an_error_of_the_files_own_code_comes_after_mistakes_before_it(folder: Path) -> None:
    found = _mistakes(folder, 'from sluice import *\na = Text(max_length=0)\nb = 1 / 0\nc = Text(max_length="x")\n')
    assert found == [(2, "Text(max_length=0): max_length must be at least 1.")]


def test_a_file_without_a_pipeline_says_so(folder: Path) -> None:
    (folder / "made.py").write_text("a = 1\n")
    _, ((place, sentence),) = check_file(folder / "made.py")
    assert (place, sentence) == (
        str(folder / "made.py"),
        "it declares no pipeline: it must set `pipeline = Pipeline(...)`.",
    )


def test_mistakes_of_a_module_that_the_file_imports_have_their_own_place(folder: Path) -> None:
    (folder / "_columns.py").write_text("from sluice import *\nID = Column('Id', Integer())\nB = Column('B', Text())\n")
    (folder / "made.py").write_text(
        "from sluice import *\nfrom ._columns import ID, B\npipeline = Pipeline('m', 1, 2)\n"
    )
    _, mistakes = check_file(folder / "made.py")
    places = [Path(each.place).name for each in mistakes]
    assert places == ["_columns.py:2", "_columns.py:3", "made.py:3"]
    assert not [name for name in sys.modules if name.endswith("._columns")]


def test_two_files_with_one_name_and_a_check_that_does_not_fit(folder: Path) -> None:
    for name, column in (("a", 'Column("b", Text())'), ("b", 'Column("b", Text(), check=at_least(0))')):
        table = TABLE.replace("required=True)]", f"required=True), {column}]")
        (folder / f"{name}.py").write_text(
            f'from sluice import *\npipeline = Pipeline("made", Files("*.csv"), {table})\n'
        )
    first, second = check_files(named_files([str(folder)]))
    assert (first.pipeline, first.mistakes) == ("made", [])
    assert [each.sentence.partition(":")[0] for each in second.mistakes] == [
        "Table 't', column 'b'",
        f"{folder / 'a.py'} declares the pipeline 'made', too",
    ]


def test_what_comes_after_no_pipeline_is_a_mistake_where_all_are_known(folder: Path) -> None:
    made = f'from sluice import *\npipeline = Pipeline("{{0}}", Files("*.csv"), {TABLE}, schedule={{1}})\n'
    after = {"b": "a", "c": "aa", "d": "e", "e": "d"}
    schedules = {"a": "Daily('03:00')"} | {name: f"After({other!r})" for name, other in after.items()}
    for name, schedule in schedules.items():
        (folder / f"{name}.py").write_text(made.format(name, schedule))
    files = named_files([str(folder)])
    cycles = [
        f"each of these pipelines waits for the next one: {way}. Remove one After."
        for way in ("d -> e -> d", "e -> d -> e")
    ]
    unknown = ["After('aa'): it must name a declared pipeline; did you mean 'a'?"]
    for beside, of_c in ((None, []), ({}, unknown)):
        found = [[mistake.sentence for mistake in each.mistakes] for each in check_files(files, beside)]
        assert found == [[], [], of_c, *([cycle] for cycle in cycles)]


def test_what_is_legal_and_not_meant_is_a_warning(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    monkeypatch.delenv("SLUICE_SHOP_URL", raising=False)
    (folder / "made.py").write_text("""
from sluice import *
key = Column("id", Integer(), required=True)
table = Table("t", ("id",), [key, Column("a", Text(), header="X"), Column("b", Text(), header="x")])
other = Table("o", ("id",), [key])
pipeline = Pipeline("made", flows=[
    Flow(Files("*.csv"), table),
    Flow(PostgresQuery(name="shop", sql="select id from o", database="SLUICE_SHOP_URL"), other),
], schedule=Daily("06:00"))
""")
    (checked,) = check_files([folder / "made.py"])
    assert checked.mistakes == []
    assert checked.warnings == [
        (
            "Table 't': the headers 'X' and 'x' differ by case only, so both columns are read from the same column of "
            "a file."
        ),
        "The source 'shop' needs the setting SLUICE_SHOP_URL, which is not set here (nor is SLUICE_SHOP_URL_FILE).",
        "It has a schedule, and SLUICE_INBOX is 'inbox', no folder here: scheduled runs find no files.",
    ]


def test_what_is_declared_with_a_misspelt_value_is_looked_at(folder: Path) -> None:
    text = "from sluice import *\na = Column('A', Integer(), required=Tru)\n"
    assert [sentence for _, sentence in _mistakes(folder, text)] == [
        "Column 'A': a name must have at most 59 lower-case letters, digits and _, and must not begin with a digit.",
        "the name 'Tru' is not defined; did you mean True?",
    ]


def test_a_pipeline_must_come_after_one_that_is_there(folder: Path) -> None:
    file = folder / "made.py"
    file.write_text(
        "from sluice import After, Column, Files, Integer, Pipeline, Table\n"
        f'pipeline = Pipeline("a", Files("*"), {TABLE}, schedule=After("gone"))\n'
    )
    (checked,) = check_files([file], {})
    assert [each.sentence for each in checked.mistakes] == ["After('gone'): it must name a declared pipeline."]
    (alone,) = check_files([file])  # it may be in a file that is not checked
    assert alone.mistakes == []
