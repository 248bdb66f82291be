"""Which due steps share a message, and which messages are about steps at all."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sluice.engine.steps.messages import DueStep, messages_of
from sluice.workers.broker.arguments import is_of_steps
from sluice.workers.broker.messages import problem_of


def light(*steps: int, kind: str = "plan", run: int = 1, contract: str = "c") -> list[DueStep]:
    return [DueStep(step, kind, run, True, "files", contract, "r") for step in steps]


def heavy(*steps: int) -> list[DueStep]:
    return [DueStep(step, "extract", 1, False) for step in steps]


def published(due: list[DueStep], *, processes: int = 1, most: int = 16) -> list[tuple[str, list[int]]]:
    return [(message.kind, message.steps) for message in messages_of(due, processes=processes, most=most)]


def test_light_steps_share_a_message_and_others_have_one_each() -> None:
    assert published([*light(1, 2), *heavy(3, 4), *light(5)]) == [
        ("plan", [1, 2, 5]), ("extract", [3]), ("extract", [4]),
    ]  # fmt: skip


def test_each_process_gets_a_batch() -> None:
    assert published(light(*range(1, 8)), processes=3) == [("plan", [1, 2, 3]), ("plan", [4, 5, 6]), ("plan", [7])]


def test_a_batch_has_at_most_128_steps() -> None:
    assert [len(steps) for _, steps in published(light(*range(300)))] == [128, 128, 44]


@pytest.mark.parametrize("other", [{"kind": "extract"}, {"run": 2}, {"contract": "d"}])
def test_steps_of_another_kind_run_or_declaration_are_in_another_batch(other: dict[str, Any]) -> None:
    assert [steps for _, steps in published([*light(1, 2), *light(3, 4, **other)])] == [[1, 2], [3, 4]]


def test_no_more_messages_than_the_window_has_room_for_and_each_is_full() -> None:
    due = [*light(1), *heavy(2, 3), *light(4)]
    assert published(due, most=2) == [("plan", [1, 4]), ("extract", [2])]
    assert published(due, most=0) == []


@pytest.mark.parametrize(
    "message",
    [
        {"step": 1},
        {"step": 1, "fence": 2},
        {"steps": [1, 2]},
        {"steps": [1, 2], "fences": [3, 4]},
        {"steps": [1] * 128},
    ],
)
def test_messages_of_steps(message: object) -> None:
    assert is_of_steps(message)


@pytest.mark.parametrize(
    "message",
    [
        *(None, 42, "step", [], {}, {"fence": 1}, {"step": "1"}, {"step": True}, {"step": 1, "more": 1}),
        *({"steps": []}, {"steps": 1}, {"steps": ["1"]}, {"steps": [[1]]}, {"steps": [None]}, {"steps": [1] * 129}),
        *({"steps": [1], "fences": [1, 2]}, {"steps": [1], "fences": []}, {"fences": [1]}, {"steps": [1], "step": 1}),
        *({"steps": [1], "fences": "1"}, {"steps": [1], "fence": 1}, {"steps": [1.0]}, {"steps": [True]}),
    ],
)
def test_messages_that_sluice_did_not_write(message: object) -> None:
    assert not is_of_steps(message)


@pytest.mark.parametrize(("kind", "taken"), [("plan", True), ("load", True), ("settle", False), ("build", False)])
def test_steps_of_whole_runs_are_never_in_a_batch(kind: str, taken: bool) -> None:
    headers = {"task": f"sluice.{kind}", "id": "1"}
    sent = SimpleNamespace(headers=headers, content_type="application/json", payload=[[{"steps": [1, 2]}], {}, {}])
    assert (problem_of(sent) is None) == taken
