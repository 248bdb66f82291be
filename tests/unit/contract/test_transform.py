"""A pipeline's own transform(frame): what it may do, and how a mistake in it is named."""

import io

import pandas as pd
import pyarrow as pa
import pytest

from sluice.engine.declare import Column, Table
from sluice.engine.rows.contract import Contract
from sluice.engine.types import Integer, Text
from sluice.errors import PermanentError

TABLE = Table(
    "people", key=("id",), columns=[Column("id", Integer(), required=True), Column("name", Text(), header="Name")]
)


def rows():
    return pa.table({"id": ["2", "1", "x", "3"], "Name": ["b", "a", None, "c"], "_line": pa.array([2, 3, 4, 6])})


def apply(transform):
    return Contract(TABLE, transform).apply(rows())


def test_it_sees_text_by_header_and_the_line_as_index():
    seen = {}

    def look(frame):
        seen.update(types=[str(t) for t in frame.dtypes], columns=list(frame.columns), index=list(frame.index),
                    name=frame.index.name, missing=frame["Name"].isna().tolist())  # fmt: skip
        return frame

    done = apply(look)
    assert seen == {
        "types": ["string[pyarrow]", "string[pyarrow]"], "columns": ["id", "Name"], "index": [2, 3, 4, 6],
        "name": "_line", "missing": [False, False, True, False],
    }  # fmt: skip
    assert done.rows.to_pydict() == {"id": [1, 2, 3], "name": ["a", "b", "c"], "_line": [3, 2, 6]}
    assert done.rejects.column("code").to_pylist() == ["not_integer"]


def test_it_may_change_values_and_add_columns_and_sort():
    def change(frame):
        frame["Name"] = frame["Name"].str.upper()
        frame["extra"] = 1
        return frame.sort_values("id", ascending=False)

    assert apply(change).rows.to_pydict() == {"id": [1, 2, 3], "name": ["A", "B", "C"], "_line": [3, 2, 6]}


def test_rows_it_drops_are_rejects():
    def keep_known(frame):
        return frame[frame["Name"].notna() & (frame["id"] != "2")]

    done = apply(keep_known)
    assert done.rows.to_pydict() == {"id": [1, 3], "name": ["a", "c"], "_line": [3, 6]}
    assert [tuple(r.values()) for r in done.rejects.to_pylist()] == [
        (2, None, "dropped_by_transform", "The transform 'keep_known' of 'people' dropped the row."),
        (4, None, "dropped_by_transform", "The transform 'keep_known' of 'people' dropped the row."),
    ]


def test_it_may_drop_every_row():
    done = apply(lambda frame: frame.iloc[:0])
    assert (done.rows.num_rows, done.rejects.num_rows) == (0, 4)


def test_numbers_and_booleans_it_makes_are_written_out():
    def number(frame):
        frame["id"] = range(5, 9)
        frame["Name"] = [True, None, 1.5, "x"]
        return frame

    with pytest.raises(PermanentError, match="returned the column 'Name' as object"):
        apply(number)

    def numbers(frame):
        frame["id"] = range(5, 9)
        frame["Name"] = [1.5, None, 2.0, 0.25]
        return frame

    assert apply(numbers).rows.to_pydict() == {
        "id": [5, 6, 7, 8],
        "name": ["1.5", None, "2", "0.25"],
        "_line": [2, 3, 4, 6],
    }


def test_text_of_every_kind_that_pandas_has_is_taken():
    for kind in ("str", "object", "category", "string[python]"):
        done = apply(lambda frame, kind=kind: frame.assign(Name=frame["Name"].astype(kind)))
        assert done.rows.column("name").to_pylist() == ["a", "b", "c"]


def fails(frame):
    raise KeyError("0712345678")


@pytest.mark.parametrize(
    ("transform", "message"),
    [
        (lambda frame: frame.info(buf=io.StringIO()), "returned a NoneType; it must return a DataFrame"),
        (lambda frame: frame["id"], "returned a Series"),
        (lambda frame: frame[["id"]], r"left out the columns \['Name'\]"),
        (lambda frame: frame.reset_index(drop=True), "added rows, or lost the index"),
        (lambda frame: pd.concat([frame, frame]), "duplicated rows"),
        (lambda frame: frame.rename(index={6: 7}), "added rows, or lost the index"),
        (lambda frame: frame.set_axis(["Name", "Name"], axis=1).assign(id="1"), "two columns of the same name"),
        (
            lambda frame: frame.assign(Name=pd.Timestamp("2022-01-01")),
            r"returned the column 'Name' as datetime64.*strftime",
        ),
    ],
)
def test_a_frame_that_cannot_be_used_names_the_function_and_the_mistake(transform, message):
    with pytest.raises(PermanentError, match=message) as caught:
        apply(transform)
    assert "'<lambda>' of 'people'" in str(caught.value)


def test_an_error_in_it_is_named_by_type_and_place_without_its_values():
    with pytest.raises(
        PermanentError, match=r"'fails' of 'people' failed: KeyError at .*test_transform.py:\d+"
    ) as caught:
        apply(fails)
    assert "0712345678" not in str(caught.value)
    assert isinstance(caught.value.__cause__, KeyError)


def test_an_error_in_a_library_is_named_by_the_line_of_the_function_that_called_it():
    def misnamed(frame):
        return frame[["id", "name"]]

    line = misnamed.__code__.co_firstlineno + 1
    with pytest.raises(PermanentError) as caught:
        apply(misnamed)
    said = str(caught.value)
    assert f"'misnamed' of 'people' failed: KeyError at {__file__}:{line} (in " in said
    assert "/pandas/" in said
    assert said.endswith("The frame has the columns ['id', 'Name'].")
