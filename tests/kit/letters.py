"""The smallest pipeline: a number and a letter, a file or several."""

from __future__ import annotations

from sluice import Column, Files, Integer, Pipeline, Table, Text

LETTERS = Pipeline(
    "letters",
    Files("*.csv"),
    Table("letters", key=("id",), columns=[Column("id", Integer(), required=True), Column("value", Text())]),
)
