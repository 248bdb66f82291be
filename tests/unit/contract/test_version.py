"""The version: the same for the same declaration in every process, another one for every change."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from sluice.engine.declare import Column, Files, Generated, Table
from sluice.engine.declare.tables.checks import Check, at_least, at_most
from sluice.engine.rows.contract import Contract
from sluice.engine.types import Integer, Money, Refused, Text, Timestamp
from sluice.errors import ConfigError

TABLE = Table(
    "calls",
    key=("id",),
    columns=[
        Column("id", Integer(), required=True),
        Column("cost", Money("USD"), check=at_least(0)),
        Column("at", Timestamp("%Y-%m-%d", tz="UTC"), header="When"),
    ],
    generated=[Generated("double", "numeric", "cost * 2")],
)
COPY = """
from sluice.engine.declare.tables.checks import at_least
from sluice.engine.rows.contract import Contract
from sluice.engine.declare import Column, Generated, Table
from sluice.engine.types import Integer, Money, Timestamp
print(Contract(Table("calls", ["id"], (Column("id", Integer(), required=True),
    Column("cost", Money("USD"), check=at_least(0)), Column("at", Timestamp("%Y-%m-%d", tz="UTC"), header="When")),
    generated=(Generated("double", "numeric", "cost * 2"),))).version)
"""


def clean(frame):
    return frame[frame["id"] != "x"]


def tidy(frame):
    return frame[frame["id"] != "y"]


def with_columns(*columns):
    return replace(TABLE, columns=list(columns), generated=[])


def test_the_version_of_a_declaration_never_changes():
    assert Contract(TABLE).version == "76414dcb6c8119a7"


def test_another_process_gives_the_same_version():
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", COPY],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout.strip() == Contract(TABLE).version


def test_every_change_gives_another_version():
    ident, cost, at = TABLE.columns
    versions = [
        Contract(table).version
        for table in (
            TABLE,
            replace(TABLE, name="calls2"),
            replace(TABLE, on_conflict="update"),
            replace(TABLE, generated=[]),
            replace(TABLE, key=("id", "at"), columns=[ident, cost, replace(at, required=True)]),
            with_columns(ident, cost, replace(at, header="when")),
            with_columns(ident, cost, replace(at, required=True)),
            with_columns(ident, cost, replace(at, type=Timestamp("%Y-%m-%d", tz="Africa/Nairobi"))),
            with_columns(ident, replace(cost, check=None), at),
            with_columns(ident, replace(cost, check=at_most(0)), at),
            with_columns(ident, replace(cost, type=Money("USD", 14, 4)), at),
            with_columns(ident, at, cost),
            with_columns(ident, cost, at, Column("note", Text())),
        )
    ] + [Contract(TABLE, clean).version, Contract(TABLE, tidy).version]
    assert len(set(versions)) == len(versions)
    assert all(len(version) == 16 and int(version, 16) >= 0 for version in versions)


def test_the_version_knows_nulls_and_notations_only_where_they_are_declared():
    ident, cost, at = TABLE.columns
    versions = [
        Contract(replace(TABLE, columns=[ident, changed, at])).version
        for changed in (
            cost,
            replace(cost, nulls=("N/A",)),
            replace(cost, nulls=("N/A", "-")),
            replace(cost, type=Money("USD", words=("bucks",))),
            replace(cost, type=Money("USD", thousands="")),
            replace(cost, type=Money("USD", thousands=".", point=",")),
            replace(cost, type=Money("USD", accounting=True)),
        )
    ]
    assert versions[0] == "76414dcb6c8119a7"
    assert len(set(versions)) == len(versions)


def test_nulls_that_mean_the_same_give_the_same_version():
    ident, cost, at = TABLE.columns
    versions = {
        Contract(replace(TABLE, columns=[ident, replace(cost, nulls=nulls), at])).version
        for nulls in (("N/A", "-"), ["-", " n/a "], ("-", "N/A", "n/a", ""))
    }
    assert len(versions) == 1
    assert Contract(replace(TABLE, columns=[ident, replace(cost, nulls=("", " ")), at])).version == "76414dcb6c8119a7"


def test_a_check_that_does_not_declare_itself_is_refused():
    class Odd(Check):
        def refuse(self, values):
            return Refused(values.is_valid(), "odd", "")

    with pytest.raises(ConfigError, match="Odd has no repr"):
        Contract(with_columns(TABLE.columns[0], Column("x", Text(), check=Odd())))


def test_a_transform_without_source_is_refused():
    made = {}
    exec("def clean(frame): return frame", made)  # noqa: S102
    with pytest.raises(ConfigError, match="source of its transform"):
        Contract(TABLE, made["clean"])


def test_how_files_are_read_is_in_the_version_only_where_it_is_declared() -> None:
    plain = Contract(TABLE, source=Files("*.csv")).version
    others = [Files("*.csv", encoding="cp1252"), Files("*", skip=2), Files("*", header=("a", "b")), Files("*", ";")]
    assert plain == "76414dcb6c8119a7"
    assert len({plain, *(Contract(TABLE, source=each).version for each in others)}) == 5
