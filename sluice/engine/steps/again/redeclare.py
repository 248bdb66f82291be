"""A declaration that no worker has any more: inputs that were registered under it go on under a newer one, or end.

A worker does not know whether its own declaration is newer than that of a run: the worker may be the one that is not
upgraded yet. The ledger decides: a declaration is newer if it was first seen, or came back, after the other.
"""

from __future__ import annotations

from psycopg2.extensions import cursor as Cursor

from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.engine.ledger.inputs.shared import plan_again
from sluice.engine.ledger.revisions import DERIVED, Registered, is_newer, note_revision
from sluice.engine.ledger.run_options import declare_derived
from sluice.engine.ledger.steps import Claim
from sluice.engine.load.target import Target
from sluice.engine.registry import Declared
from sluice.engine.steps.build import definition_of
from sluice.engine.steps.removal.withdraw import this_input, undo_input

query = statements(__name__)


def note_declared(cursor: Cursor, declared: Declared, *, ago_s: float = 0.0, again: bool = True) -> None:
    """Record a pipeline's declaration in the ledger, in use since `ago_s` seconds; `again`: it may be known, and have
    come back."""
    name = declared.pipeline.name
    known = {source: (declared.revisions[source], declared.shapes[source]) for source in sorted(declared.revisions)}
    if declared.pipeline.derived:
        known[DERIVED] = (definition_of(declared.pipeline), {})
    for source, (revision, shape) in known.items():
        note_revision(cursor, name, source, revision, shape, ago_s=ago_s, again=again)


def plan_under_newer(claim: Claim, registered: Registered, now: Declared | None) -> bool:
    """Plan an input again under the current declaration. False when that is not newer, or not known to be.

    All rows of it are deleted from the table that its registered declaration names. Raises LostClaim.
    """
    if now is None or registered.source not in now.revisions or registered.revision is None or registered.shape is None:
        return False
    name, revision = now.pipeline.name, now.revisions[registered.source]
    note = (
        "The declaration was changed after the run was registered, and no worker has it any more "
        f"({registered.revision}): the input was read under the newer one ({revision})."
    )
    params = {"input": this_input(claim), "revision": revision, "contract": now.contract(registered.source).version}
    with transaction() as cursor:
        if not is_newer(cursor, name, registered.source, revision, registered.revision):
            return False
        undo_input(cursor, claim, _target(registered))
        cursor.execute(query("redeclare_input"), params | {"note": note})
        plan_again(cursor, this_input(claim))
    return True


def build_under_newer(claim: Claim, now: Declared | None, registered: str | None) -> bool:
    """Let a run build the current derived tables. False when their definition is not newer, or not known to be."""
    if now is None or registered is None or not now.pipeline.derived:
        return False
    definition = definition_of(now.pipeline)
    with transaction() as cursor:
        if not is_newer(cursor, now.pipeline.name, DERIVED, definition, registered):
            return False
        declare_derived(cursor, claim.run, definition)
    return True


def target_of(registered: Registered) -> Target | None:
    """The table that an input was registered for; None where the ledger does not have it."""
    return None if registered.shape is None else _target(registered)


def _target(registered: Registered) -> Target:
    return Target.by_shape(registered.shape or {})
