"""`pipelines`: what can be loaded here: each pipeline with its sources, tables and schedule, and the file it is in."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sluice.cli.addresses import near
from sluice.cli.output import Json, emit, folded, say, tint

if TYPE_CHECKING:
    from sluice.engine.declare import Flow
    from sluice.engine.registry import Declared


def pipelines(as_json: Json = False) -> None:
    """List the pipelines, and the mistakes of files that cannot be read. Starts no server.

    Those that come with Sluice are examples: `sluice run` takes each by its name. Tables, schedule and API of one are
    there where SLUICE_PIPELINES has its name.
    """
    from sluice.pipelines import broken, known_declared

    known, mistakes = known_declared(), broken()
    facts = {"pipelines": [_facts(each) for each in known.values()], "mistakes": mistakes}
    for mistake in mistakes:
        say(f"{tint('not read:', 'red', sys.stderr)} {mistake}")
    if mistakes:
        say("`sluice check` prints all mistakes of these files")
    emit(facts, as_json=as_json, human=lambda: _print_all(known.values()))


def _print_all(known: Iterable[Declared]) -> None:
    for each in known:
        _print(each)


def _facts(declared: Declared) -> dict[str, Any]:
    from sluice.pipelines import is_off

    pipeline = declared.pipeline
    return {
        "name": pipeline.name,
        "about": pipeline.about,
        "file": _file(declared),
        "on": not is_off(declared),
        "daily_at": _daily_at(declared),
        "schedule": _schedule(declared),
        "flows": [
            {
                "source": flow.source.name,
                "reads": _reads(flow),
                "table": flow.table.name,
                "key": None if flow.table.key is None else list(flow.table.key),
                "on_conflict": flow.table.on_conflict,
            }
            for flow in pipeline.flows
        ],
        "derived": [each.name for each in pipeline.derived],
    }


def _print(declared: Declared) -> None:
    """A headline, a line for each source, and one with what is built."""
    from sluice.pipelines import is_off

    pipeline = declared.pipeline
    schedule = _schedule(declared)
    when = "not switched on" if is_off(declared) else schedule
    where = ", ".join([_file(declared), *([when] if when else [])])
    folded(f"{pipeline.name} ({where}){f': {pipeline.about}' if pipeline.about else ''}")
    wide = max(len(_reads(flow)) for flow in pipeline.flows)
    for flow in pipeline.flows:
        print(f"  {_reads(flow):<{wide}}  into {flow.table.name}")
    if pipeline.derived:
        folded(f"  builds {', '.join(each.name for each in pipeline.derived)}")


def _reads(flow: Flow) -> str:
    """The pattern of files, perhaps with the type of their records, else the name and the kind of the source."""
    from sluice.engine.declare import Nested, OfType

    if isinstance(flow.source, Nested):
        return f"{flow.source.of} of {flow.source.parent.name}"
    pattern = getattr(flow.source, "pattern", None)
    if isinstance(flow.source, OfType):
        pattern = f"{pattern} ({flow.source.type})"
    return pattern or f"{flow.source.name} ({type(flow.source).__name__})"


def _daily_at(declared: Declared) -> str | None:
    from sluice.engine.declare import Daily

    schedule = declared.pipeline.schedule
    return f"{schedule.at} {schedule.tz}" if isinstance(schedule, Daily) else None


def _schedule(declared: Declared) -> str | None:
    schedule = declared.pipeline.schedule
    return schedule.words if schedule else None


def _file(declared: Declared) -> str:
    """Where it is declared, as it is typed; `example` for those that come with Sluice."""
    import sluice.pipelines as shipped

    if declared.path is None or declared.path.is_relative_to(shipped.FOLDER):
        return "example"
    return near(str(declared.path))
