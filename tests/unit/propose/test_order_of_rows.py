"""The same rows in another order give the same proposal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.propose import made
from tests.unit.propose.proposing import proposal

MADE: dict[str, tuple[Callable[[], list[list[str]]], Callable[[made.Rows], bytes]]] = {
    "bank": (made.bank_rows, made.bank_statement),
    "sensor": (made.sensor_rows, made.sensor_export),
    "calls": (made.call_rows, made.call_records),
}
CELLS = st.sampled_from(
    [
        "",
        "1",
        "12",
        "007",
        "1,234",
        "1.5",
        "-3",
        "N/A",
        "x",
        "03/04/2024",
        "13/04/2024",
        "04/13/2024",
        "2024-01-31",
        "€5",
    ]
)


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", MADE)
def test_shuffled_rows_give_the_same_file(tmp_path: Path, name: str, seed: int) -> None:
    rows, write = MADE[name]
    first = proposal(made.put(tmp_path, "a.csv", write(rows()))).text
    assert proposal(made.put(tmp_path, "a.csv", write(made.shuffled(rows(), seed)))).text == first


def test_shuffled_objects_give_the_same_file(tmp_path: Path) -> None:
    lines = made.events()
    first = proposal(made.put(tmp_path, "a.jsonl", "\n".join(lines).encode())).text
    mixed = [str(line) for (line,) in made.shuffled([[line] for line in lines], 1)]
    assert proposal(made.put(tmp_path, "a.jsonl", "\n".join(mixed).encode())).text == first


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=3, max_size=30), st.randoms(use_true_random=False))
def test_any_rows_in_any_order(tmp_path: Path, rows: list[tuple[str, str, str]], random: object) -> None:
    content = [[str(at), *row] for at, row in enumerate(rows)]
    first = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["id", "a", "b", "c"], content, ";")))
    random.shuffle(content)  # type: ignore[attr-defined]
    second = proposal(made.put(tmp_path, "a.csv", made.csv_bytes(["id", "a", "b", "c"], content, ";")))
    assert second.text == first.text
    assert second.rejects == first.rejects
