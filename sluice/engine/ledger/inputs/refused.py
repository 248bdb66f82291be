"""Inputs that were refused before a row of them was read: a wrong header, not CSV, a missing file.

Reading the same file again under the same declaration gives the same error. So `retry` takes only inputs whose file or
declaration has changed since, and those that were not read at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.rows import records
from sluice.engine.storage import stamp
from sluice.errors import SluiceError

query = statements(__name__)


@dataclass(frozen=True)
class SourceVersion:
    """Versions of a source's declaration: of its contract, and of all of it."""

    contract: str
    revision: str | None


@dataclass(frozen=True)
class RefusedInput:
    """A refused input with the declaration it was planned under and its file's `stamp` then (None: it was not read)."""

    input: int
    source: str
    uri: str
    contract: str
    revision: str | None
    stamp: str | None

    def is_changed(self, now: SourceVersion | None) -> bool:
        """Whether reading it again may give another result. A file that this process cannot reach may have changed."""
        if now is not None and now != SourceVersion(self.contract, self.revision or now.revision):
            return True
        if self.stamp is None:
            return True
        try:
            return stamp(self.uri) != self.stamp
        except SluiceError:
            return True


def changed_inputs(run: int, now: Mapping[str, SourceVersion]) -> list[int]:
    """The refused inputs of a run whose file or declaration has changed since; `now` are declarations by source."""
    with transaction() as cursor:
        cursor.execute(query("refused_inputs"), {"run": run})
        refused = records(cursor, RefusedInput)
    return [each.input for each in refused if each.is_changed(now.get(each.source))]
