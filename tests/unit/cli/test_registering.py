"""What a command reports while it registers very many files."""

from __future__ import annotations

import pytest

from sluice.cli.runs import registering


def test_the_first_piece_is_reported_and_then_one_every_five_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at = iter([100.0, 101.0, 104.9, 105.1, 106.0])
    monkeypatch.setattr(registering.time, "monotonic", lambda: next(at))
    tell = registering.Registering()
    for inputs in (2_000, 4_000, 6_000, 8_000, 10_000):
        tell(7, inputs)
    assert capsys.readouterr().err.splitlines() == [
        "run 7 has its first 2,000 files, which are loaded while the others are registered",
        "run 7 has 8,000 files so far",
    ]
