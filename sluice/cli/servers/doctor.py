"""`doctor`: checks of everything that Sluice needs, one line each, with what to do about a problem."""

from __future__ import annotations

import shutil
import tempfile
import textwrap
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, things, tint
from sluice.errors import Misplaced, SluiceError

if TYPE_CHECKING:
    from sluice.engine.declare import Pipeline
    from sluice.engine.doctor.finding import Finding

TINTS = {"ok": "green", "warning": "yellow", "wrong": "red"}


def doctor(as_json: Json = False) -> None:
    """Check settings, PostgreSQL, Redis, workers and folders. Ends with 1 if something is wrong."""
    findings = list(_without_secrets(examine()))
    worst = {state: sum(each.state == state for each in findings) for state in TINTS}
    facts = {"well": not worst["wrong"], "checks": [asdict(each) for each in findings]}
    emit(facts, as_json=as_json, human=lambda: _print(findings, worst))
    if worst["wrong"]:
        raise typer.Exit(Exit.FAILED)


def examine() -> Iterator[Finding]:
    """Every finding, in the order of dependency. Raises nothing."""
    from sluice.engine.doctor.finding import safely
    from sluice.engine.doctor.versions import look_at_versions

    yield from safely("Sluice", look_at_versions)
    settled = list(safely("settings", _settings))
    yield from settled
    if settled[0].state == "wrong":
        return  # all other checks would look in the wrong place
    pipelines: dict[str, Pipeline] = {}
    yield from safely("pipelines", lambda: _declarations(pipelines))
    yield from _database(list(pipelines.values()))
    yield from _redis_and_workers()
    yield from _sources(list(pipelines.values()))


def _settings() -> Iterator[Finding]:
    from sluice.engine.base.servers import is_embedded
    from sluice.engine.base.settings import settings
    from sluice.engine.doctor.finding import ok

    yield ok("settings", f"embedded servers in {settings().home}" if is_embedded() else "servers of your own")


def _declarations(into: dict[str, Pipeline]) -> Iterator[Finding]:
    from sluice.engine.doctor.finding import ok, wrong
    from sluice.pipelines import all_pipelines, mistakes

    into |= all_pipelines()
    yield ok("pipelines", ", ".join(sorted(into)) or "none: SLUICE_PIPELINES names your folders, and examples")
    for error in mistakes():
        if isinstance(error, Misplaced):
            yield wrong("pipelines", error.found, error.todo)
        else:
            todo = "Correct the file; it is read again at once. The other pipelines work."
            yield wrong("pipelines", str(error), todo)


def _database(pipelines: list[Pipeline]) -> Iterator[Finding]:
    from sluice.engine.doctor.expiry import look_at_expiry
    from sluice.engine.doctor.finding import safely
    from sluice.engine.doctor.postgres import look_at_server, look_at_tables
    from sluice.engine.doctor.rows import look_at_rows
    from sluice.engine.doctor.schedules import look_at_schedules
    from sluice.engine.doctor.session import look_at_session
    from sluice.engine.doctor.watchers import look_at_watchers
    from sluice.engine.doctor.work import look_at_work

    failed: list[BaseException] = []
    yield from safely("PostgreSQL", look_at_server, "Does it run, and is DATABASE_URL right?", failed)
    if not any(isinstance(error, SluiceError) for error in failed):  # it answered
        yield from safely("PostgreSQL settings", look_at_session)
        yield from safely("tables", lambda: look_at_tables(pipelines))
        yield from safely("rows", lambda: look_at_rows(pipelines))
        yield from safely("work", look_at_work)
        yield from safely("schedules", lambda: look_at_schedules(pipelines))
        yield from safely("expired rows", lambda: look_at_expiry(pipelines))
        yield from safely("watchers", lambda: look_at_watchers(pipelines))


def _sources(pipelines: list[Pipeline]) -> Iterator[Finding]:
    from sluice.engine.doctor.finding import safely
    from sluice.engine.doctor.sources import look_at_sources

    yield from safely("sources", lambda: look_at_sources(pipelines))


def _redis_and_workers() -> Iterator[Finding]:
    from sluice.engine.doctor.finding import safely
    from sluice.engine.doctor.redis import look_at_redis

    failed: list[BaseException] = []
    todo = "Does it run, and are REDIS_URL and SLUICE_CACHE_URL right?"
    yield from safely("Redis", look_at_redis, todo, failed)
    if not any(isinstance(error, SluiceError) for error in failed):
        yield from safely("workers", _workers)


def _workers() -> Iterator[Finding]:
    from sluice.engine.base.settings import settings
    from sluice.engine.doctor.finding import warning
    from sluice.engine.doctor.workers import Here, look_at_workers
    from sluice.engine.sources.landing import landing
    from sluice.workers.inspection import ask_workers, sees_inbox

    here = Here(_contracts(), landing(), settings().inbox, sees_inbox())
    try:
        with _probe(landing()) as probe:
            answers, now = ask_workers(probe), time.time()
    except Exception as error:  # noqa: BLE001 - an object store's library may raise anything
        yield warning("landing", f"{landing()} cannot be written from here: {error}", "Workers must be able to.")
        answers, now = ask_workers(""), time.time()
    yield from look_at_workers(answers, here, now)


def _contracts() -> dict[str, str] | None:
    from sluice.workers.inspection import contracts

    try:
        return contracts()
    except Exception:  # noqa: BLE001 - reported already, by a line of its own
        return None


@contextmanager
def _probe(folder: str) -> Iterator[str]:
    """The name of a file in the landing during the check. A landing that did not exist is removed afterwards."""
    from sluice.engine.storage import is_remote, join, put, remove

    name = f".sluice-probe-{uuid.uuid4().hex}"
    uri = join(folder, name)
    made = not is_remote(folder) and not Path(folder).exists()
    with tempfile.TemporaryDirectory() as scratch:
        written = Path(scratch) / "probe"
        written.write_text("Is this seen by every worker?\n", encoding="utf-8")
        put(written, uri)
    try:
        yield name
    finally:
        remove(uri)
        if made:
            with suppress(OSError):
                Path(folder).rmdir()


def _without_secrets(findings: Iterable[Finding]) -> Iterator[Finding]:
    from sluice.engine.doctor.finding import hide

    for each in findings:
        yield each if each.state == "ok" else replace(each, found=hide(each.found, _urls()))


def _urls() -> list[str]:
    """Every known URL with a password, without starting anything."""
    from sluice.embedded import running_servers
    from sluice.engine.base.settings import settings

    try:
        chosen = settings()
    except SluiceError:
        return []  # its message has no secret
    given = [url.get_secret_value() for url in (chosen.database_url, chosen.redis_url, chosen.cache_url) if url]
    servers = None if given else running_servers(chosen.home)
    return given if servers is None else [*given, servers.database_url, servers.redis_url]


def _print(findings: Sequence[Finding], worst: Mapping[str, int]) -> None:
    wide = max(len(each.check) for each in findings)
    margin = " " * (wide + 11)
    columns = max(shutil.get_terminal_size((120, 20)).columns, 60)
    for each in findings:
        text = _folded(each.found, columns - len(margin), margin)
        print(f"{tint(f'{each.state:<7}', TINTS[each.state])}  {each.check:<{wide}}  {text}")
        if each.todo:
            print(f"{margin}{_folded(f'-> {each.todo}', columns - len(margin), margin + '   ')}")
    print(f"\n{worst['ok']} ok, {things(worst['warning'], 'warning')}, {worst['wrong']} wrong")


def _folded(text: str, width: int, margin: str) -> str:
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, width) or [""]]
    return f"\n{margin}".join(lines)
