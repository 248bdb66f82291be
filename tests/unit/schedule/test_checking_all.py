"""Tending several schedules: what is wrong with one does not stop the others, and what was started is published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

from sluice.engine.base.settings import settings
from sluice.engine.database.connection import DatabaseAway
from sluice.engine.declare import Column, Daily, Files, Flow, Pipeline, Table
from sluice.engine.ledger.runs import Run
from sluice.engine.types import Integer

NOW = datetime(2026, 5, 2, tzinfo=UTC)
TABLE = Table("t", key=("id",), columns=[Column("id", Integer(), required=True)])
PIPELINE = Pipeline("first", flows=[Flow(Files("*"), TABLE)], schedule=Daily("03:00"))
PIPELINES = [PIPELINE, replace(PIPELINE, name="unscheduled", schedule=None), replace(PIPELINE, name="second")]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/none")
    monkeypatch.setenv("REDIS_URL", "redis://localhost:1/0")
    settings.cache_clear()
    found = import_module("sluice.tasks.scheduled")
    monkeypatch.setattr(found, "is_current", lambda _pipeline: True)
    yield found
    settings.cache_clear()


@pytest.mark.parametrize(
    ("wrong", "tended", "published"),
    [
        (None, ["first", "second"], 1),
        (KeyError("what nobody expected"), ["first", "second"], 1),
        (DatabaseAway("PostgreSQL does not answer."), ["first"], 0),
    ],
)
def test_the_second_schedule_is_followed_whatever_the_first_one_does(
    room: ModuleType, monkeypatch: pytest.MonkeyPatch, wrong: Exception | None, tended: list[str], published: int
) -> None:
    asked: list[str] = []
    messages: list[str] = []

    def check_schedule(pipeline: Pipeline, now: datetime, _start: Any) -> list[Run]:
        assert now == NOW
        asked.append(pipeline.name)
        if pipeline.name == "first" and wrong is not None:
            raise wrong
        return [Run(7)] if pipeline.name == "second" else []

    monkeypatch.setattr(room, "check_schedule", check_schedule)
    monkeypatch.setattr(room, "publish_now", lambda: messages.append("published"))

    started = room.check_schedules(PIPELINES, NOW)

    assert asked == tended
    assert started == [Run(7)] * published
    assert len(messages) == published
