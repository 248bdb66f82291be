"""Files of a batch whose content is loaded already: they end by what their bytes are, and nobody parses them.

One transaction for all of them. The same bytes under the same declaration give the same content, if the earlier file
was read as it is. What was unpacked or decoded is known by its text, which has to be made first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sluice.engine.database.connection import transaction
from sluice.engine.database.locks import Lock, lock_all
from sluice.engine.database.statements import statements
from sluice.engine.declare import Flow
from sluice.engine.ledger.batches.claims import finish_batch
from sluice.engine.ledger.steps import Claim
from sluice.engine.sources.known import kind_of
from sluice.engine.steps.plan.same import loaded_contents, same_contents
from sluice.engine.steps.plan.stamps import Unchanged, skip_all

query = statements(__name__)


class Known(NamedTuple):
    """Of some inputs those that ended, because their content is loaded, and those with a content that others had."""

    ended: set[int]
    had: set[int]


def end_loaded(
    claims: Mapping[int, Claim], inputs: Sequence[Unchanged], flow: Flow, note: str | None, *, as_it_is: bool
) -> Known:
    """End those inputs of one run and declaration, with these claims, whose content is loaded, and its rows are there.

    `as_it_is` if their content is taken to be their bytes.
    """
    if not inputs:
        return Known(set(), set())
    works, shas = [each.work for each in inputs], [each.sha256 for each in inputs]
    with transaction() as cursor:
        # the steps before contents, inputs and their run, as everywhere
        cursor.execute(query("lock_steps"), {"steps": [claims[work.id].step for work in works]})
        lock_all(cursor, Lock.CONTENT, shas)
        others = same_contents(cursor, works, shas, only_newest=kind_of(flow.source).only_newest)
        fit = {this: each for this, each in others.items() if each[0].as_it_is or not as_it_is}
        loaded = loaded_contents(cursor, works, fit, flow.table)
        ended = [each for each in inputs if each.work.id in loaded and not each.work.options.get("reload")]
        if ended:
            finish_batch(cursor, [claims[each.work.id] for each in ended])
            skip_all(cursor, ended, loaded, note)
    return Known({each.work.id for each in ended}, set(others))
