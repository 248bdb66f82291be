"""What the two tasks of a whole run share: the declaration of its inputs, or of its derived tables."""

from __future__ import annotations

from sluice.engine.declare import Pipeline
from sluice.engine.ledger.revisions import Registered, registered_inputs
from sluice.engine.ledger.runs import options_of, pipeline_of
from sluice.engine.registry import Declared, covers
from sluice.engine.steps.build import definition_of
from sluice.pipelines import matching


def declared_to_settle(run: int) -> Pipeline:
    """The declaration to settle a run under: that of its inputs, or one with the same tables and keys.

    Raises OtherDeclaration.
    """
    name, derives = pipeline_of(run), "derived" in options_of(run)
    inputs = list(registered_inputs(run))

    def fits(declared: Declared) -> bool:
        # one without derived tables leaves the build to other workers; one with more would build unrequested tables
        more = bool(declared.pipeline.derived) and not derives
        return not more and all(_settles(declared, each) for each in inputs)

    registered = ", ".join(dict.fromkeys(each.revision or each.contract for each in inputs)) or "no input"
    return matching(name, fits, registered).pipeline


def declared_to_build(run: int) -> Pipeline:
    """The declaration with the derived tables that a run builds. Raises OtherDeclaration."""
    name, registered = pipeline_of(run), options_of(run).get("derived")
    return matching(
        name, lambda each: registered is None or definition_of(each.pipeline) == registered, str(registered)
    ).pipeline


def _settles(declared: Declared, registered: Registered) -> bool:
    if declared.is_of(registered.source, registered.revision, registered.contract):
        return True
    shape = declared.shapes.get(registered.source)
    return (
        shape is not None
        and registered.shape is not None
        and covers(shape, registered.shape, by_columns=registered.by_columns)
    )
