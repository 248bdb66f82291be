"""Sources that are fetched: their settings are there, and who they ask answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sluice.engine.declare import Pipeline, PostgresQuery, Remote
from sluice.engine.doctor.finding import Finding, ok, wrong
from sluice.engine.remote.http import read_http
from sluice.engine.remote.query import try_query
from sluice.engine.settings import source_setting
from sluice.errors import SluiceError

PATIENCE_S = 5.0


def look_at_sources(pipelines: Sequence[Pipeline]) -> Iterator[Finding]:
    """Each source that is no file, by a look from here. A pipeline of which no setting is there is not in use here."""
    for pipeline in pipelines:
        needed = list(dict.fromkeys(name for source in pipeline.remote for name in source.settings))
        if needed and not any(map(_is_set, needed)):
            yield ok(f"sources of {pipeline.name}", f"not in use here: {', '.join(needed)} are not set")
            continue
        for source in pipeline.remote:
            yield _look(f"{pipeline.name}: {source.name}", source)


def _look(check: str, source: Remote) -> Finding:
    missing = [name for name in source.settings if not _is_set(name)]
    if missing:
        files = ", ".join(f"{name}_FILE" for name in missing)
        return wrong(check, f"not set: {', '.join(missing)}", f"Set it here and where workers run, or {files}.")
    try:
        return _ask(check, source)
    except SluiceError as error:
        todo = "Correct it, or wait until it answers: until then its inputs wait or are refused."
        return wrong(check, str(error), todo)
    except Exception as error:  # noqa: BLE001 - the other sources are looked at all the same
        # without its text, which may hold an address with a password, or a token
        return wrong(check, f"it cannot be looked at: {type(error).__name__}", "If this is a defect, please report it.")


def _ask(check: str, source: Remote) -> Finding:
    if isinstance(source, PostgresQuery):
        try_query(source)
        return ok(check, f"the query of {source.database} can be asked")
    quick = replace(source, tries=1, timeout_s=min(source.timeout_s, PATIENCE_S))
    read_http(quick, known={}, beat=lambda: None)
    return ok(check, "its first page comes, and is as declared")


def _is_set(name: str) -> bool:
    try:
        return source_setting(name) is not None
    except SluiceError:
        return True  # it is, and who reads it tells what is wrong with it
