"""Made-up call logs, what they must come to by the independent count, and the same rows as other bytes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sluice.samples.call_logs import make_call_logs
from tests.kit.independent import Outcome, count_call_logs


@dataclass(frozen=True)
class Sample:
    """Files of call logs in the order in which they are queued."""

    paths: tuple[Path, ...]

    @cached_property
    def outcome(self) -> Outcome:
        """What these files must come to."""
        return count_call_logs(self.paths)

    @cached_property
    def again(self) -> Sample:
        """The same records in the opposite order, with one blank column more: other bytes, no new row."""
        folder = self.paths[0].parent / "again"
        folder.mkdir(exist_ok=True)
        return Sample(tuple(_rewritten(path, folder / f"again_{path.name}") for path in self.paths))

    @cached_property
    def twice(self) -> Outcome:
        """What these files come to when all of `again` follows them."""
        return count_call_logs([*self.paths, *self.again.paths])


def make_sample(folder: Path, *, rows: int, files: int = 2, seed: int = 1) -> Sample:
    """A fresh sample of that many records over all files."""
    make_call_logs(folder, rows=rows, files=files, seed=seed)
    return Sample(tuple(sorted(folder.glob("call_logs_*.csv"))))


def _rewritten(path: Path, to: Path) -> Path:
    with path.open(encoding="utf-8", errors="surrogateescape", newline="") as source:
        header, *records = csv.reader(source)
    with to.open("w", encoding="utf-8", errors="surrogateescape", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow([*header, "remark"])
        writer.writerows(_widened(reversed([record for record in records if record])))
    return to


def _widened(records: object) -> Sequence[list[str]]:
    return [[*record, ""] for record in records]  # type: ignore[attr-defined]
