"""Pipelines that come after others: each must exist and have a schedule, and none may wait for itself."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from sluice.engine.declare import After, Pipeline


def mistakes_of_order(pipelines: Mapping[str, Pipeline], *, complete: bool) -> dict[str, str]:
    """A sentence for each pipeline whose `After` cannot be followed. Unless all files could be read (`complete`), a
    pipeline that is not there may be in one of the others."""
    before = {name: each.schedule.pipelines for name, each in pipelines.items() if isinstance(each.schedule, After)}
    mistakes: dict[str, str] = {}
    for name, others in before.items():
        cycle = _cycle(name, before)
        if cycle:
            mistakes[name] = f"each of these pipelines waits for the next one: {' -> '.join(cycle)}. Remove one After."
            continue
        for other in others:
            if other not in pipelines and complete:
                near = get_close_matches(other, pipelines, 1)
                meant = f"; did you mean {near[0]!r}?" if near else "."
                mistakes[name] = f"After({other!r}): it must name a declared pipeline{meant}"
            elif other in pipelines and pipelines[other].schedule is None:
                mistakes[name] = (
                    f"After({other!r}): that pipeline needs a schedule, of which this one follows the runs."
                )
    return mistakes


def _cycle(name: str, before: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The way from a pipeline back to itself; empty if there is none."""
    ways = [[name]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for other in before.get(way[-1], ()):
            if other == name:
                return [*way, name]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
