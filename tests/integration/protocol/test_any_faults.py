"""Claims, heartbeats, expired leases, loads, lost COMMITs and messages in any order: nothing lost, nothing doubled.

Hypothesis makes up the histories, and shrinks one that breaks a promise to the few events that it takes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.protocol.machine import bound
from tests.integration.protocol.played import playing
from tests.kit.budget import LONG
from tests.kit.dictionary import Kept, Updated
from tests.kit.in_process import InProcess

HISTORIES = settings(max_examples=300 if LONG else 10, stateful_step_count=100 if LONG else 40)


@pytest.mark.timeout(7_200 if LONG else 600)
@pytest.mark.parametrize("table", [Kept, Updated])
def test_whatever_happens_to_workers_and_messages_each_row_is_loaded_once(
    engine: InProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: type[Updated | Kept]
) -> None:
    with playing(engine, tmp_path, monkeypatch, table) as made:
        run_state_machine_as_test(bound(made, table), settings=HISTORIES)
