"""The builds of a run: the derived tables, what changed in them, and the largest changes of their value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from sluice.cli.output import count, rows, table

if TYPE_CHECKING:
    from sluice.engine.ledger.facts import BuildStatus, RunStatus

MODES = {
    "full": "full build",
    "incremental": "incremental build",
    "unchanged": "unchanged",
}


def print_builds(status: RunStatus) -> None:
    """Print the builds of a run's status, if it has any, how many rows its snapshots no longer have, and that its
    date was withdrawn."""
    if status.gone:
        print(f"\nremoved with the new snapshot: {rows(status.gone)}")
    if status.withdrawn_at:
        print(f"\nwithdrawn on {status.withdrawn_at:%Y-%m-%d %H:%M}: what it had built as of {status.as_of}")
    for build in status.builds:
        as_of = f" as of {build.as_of}" if build.as_of else ""
        print(f"\n{build.derived}{as_of}: {rows(build.rows)}, {MODES[build.mode]}")
        for line in _changes(build):
            print(f"  {line}")
        _print_steps(build.steps)
        _print_moves(build)


def next_for_builds(status: RunStatus) -> Iterator[tuple[str, str]]:
    """Commands that a person may want after a build, each with what it does."""
    from sluice.pipelines import find

    if not status.builds:
        return
    declared = {each.name: each for each in find(status.pipeline).derived}
    for build in status.builds:
        known = declared.get(build.derived)
        if known is not None and known.explains:
            key = next((move[known.key[-1]] for move in build.moves), "KEY")
            yield f"sluice explain {status.pipeline} {key}", "the rows, files and lines behind one value"
        if known is not None and known.counted_by and build.rows:
            yield f"sluice orphans {status.pipeline}", "each of them with its file and line"


def _changes(build: BuildStatus) -> Iterator[str]:
    if build.built_before is not None and build.mode != "unchanged":
        yield f"built before, on {build.built_before:%Y-%m-%d %H:%M}: this build includes rows loaded since"
    numbers = {"added": build.added, "changed": build.changed, "removed": build.removed}
    counts = [f"{count(number)} {name}" for name, number in numbers.items() if number]
    if build.mode == "incremental":
        counts.insert(0, f"{count(build.recomputed)} recomputed")
    if counts:
        yield ", ".join(counts)
    if build.counts:
        yield ", ".join(f"{kind}: {count(rows)}" for kind, rows in sorted(build.counts.items()))
    before, after = build.sum_before, build.sum_after
    if after is not None and before is not None and before != after:
        yield f"sum of {build.value} {before:,} -> {after:,} ({after - before:+,})"
    elif after is not None:
        yield f"sum of {build.value} {after:,}"


def _print_steps(steps: list[dict[str, Any]]) -> None:
    """What each step of a preprocessed table did to the rows, in their order."""
    wide = max((len(each["step"]) for each in steps), default=0)
    for each in steps:
        done = ", ".join(f"{count(rows)} {reason}" for reason, rows in each["changed"].items() if rows)
        print(f"  {each['step']:<{wide}}  {done or 'nothing to do'}")


def _print_moves(build: BuildStatus) -> None:
    """The largest changes, where there was something before."""
    if not build.moves:
        return
    print("  largest changes:")
    names = [name for name in build.moves[0] if name not in ("as_of", "before", "after")]
    rows = (
        [str(move[name]) for name in names] + [_amount(move[w]) for w in ("before", "after")] for move in build.moves
    )
    table((*names, "before", "after"), rows, indent="    ")


def _amount(value: float | None) -> str:
    return "" if value is None else f"{value:,.2f}"
