"""Sources that are fetched: whether their settings are set, and whether the remote side answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from sluice.engine.base.settings import source_setting
from sluice.engine.declare import Pipeline, Remote
from sluice.engine.doctor.finding import Finding, ok, safely, warning, wrong
from sluice.engine.sources.kind import ProbeResult
from sluice.engine.sources.known import kind_of
from sluice.errors import SluiceError


def look_at_sources(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """Probe each source that is not a file. A pipeline without any of its settings counts as not in use here."""
    for pipeline in pipelines:
        yield from safely(f"sources of {pipeline.name}", partial(_look_at_all, pipeline))


def _look_at_all(pipeline: Pipeline) -> Iterator[Finding]:
    needed = list(dict.fromkeys(name for source in pipeline.remote for name in source.settings))
    if needed and not any(map(_is_set, needed)):
        yield ok(f"sources of {pipeline.name}", f"not in use here: {', '.join(needed)} are not set")
        return
    for source in pipeline.remote:
        check = f"{pipeline.name}: {source.name}"
        yield from safely(check, partial(_look, check, pipeline, source))


def _look(check: str, pipeline: Pipeline, source: Remote) -> Iterator[Finding]:
    missing = [name for name in source.settings if not _is_set(name)]
    if missing:
        files = ", ".join(f"{name}_FILE" for name in missing)
        yield wrong(check, f"not set: {', '.join(missing)}", f"Set it here and where workers run, or {files}.")
        return
    try:
        probe = kind_of(source).probe(source, pipeline)
    except SluiceError as error:
        todo = "Correct it, or wait until it answers: until then its inputs wait or are refused."
        yield wrong(check, str(error), todo)
    except Exception as error:  # noqa: BLE001 - the other sources must be checked
        # without its text, which may contain an address with a password, or a token
        yield wrong(check, f"it cannot be probed: {type(error).__name__}", "If this is a defect, please report it.")
    else:
        yield from _findings(check, probe)


def _findings(check: str, probe: ProbeResult | None) -> Iterator[Finding]:
    if probe is None:
        return
    yield ok(check, probe.found)
    for each in probe.warnings:
        yield warning(f"{check} {each.about}", each.found, each.todo)


def _is_set(name: str) -> bool:
    try:
        return source_setting(name) is not None
    except SluiceError:
        return True  # it is set, and reading it reports the error
