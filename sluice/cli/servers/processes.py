"""Long-running processes: worker, beat, Flower, or all of them, kept alive by the supervisor."""

from __future__ import annotations

import errno
import os
import secrets
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from sluice import workers
from sluice.cli.exits import Exit
from sluice.cli.output import Json, emit, say
from sluice.errors import ConfigError, TransientError
from sluice.private import own_folder
from sluice.search_path import child_environ, python
from sluice.workers.child import Command
from sluice.workers.supervisor import Supervisor

# unbuffered: output appears at once, not when the process ends
ALWAYS = {"SLUICE_EMBEDDED_QUIET": "1", "PYTHONUNBUFFERED": "1"}
LOOK_S = 0.5
FLOWER_CONFIG = Path(workers.__file__).with_name("flower.py")
Processes = Annotated[
    int | None,
    typer.Option(
        "--concurrency", "-c", min=1, max=256, help="Worker processes; without it SLUICE_CONCURRENCY of them."
    ),
]


def worker(concurrency: Processes = None, as_json: Json = False) -> None:
    """Run workers until SIGTERM or Ctrl-C, and start them again when they die."""
    _keep([worker_command(concurrency)], as_json=as_json)


def beat(as_json: Json = False) -> None:
    """Run Celery beat: scheduled runs load what is new in the inbox."""
    _keep([beat_command()], as_json=as_json)


def flower(as_json: Json = False) -> None:
    """Run Flower, with a password: workers and tasks in a browser."""
    _keep([flower_command()], as_json=as_json)


def up(concurrency: Processes = None, as_json: Json = False) -> None:
    """Run workers, beat and Flower (and the embedded servers) until SIGTERM or Ctrl-C; and the watcher, once a pipeline
    declares a watched source."""
    beat, flower = (replace(each, details=_log_of(each.name)) for each in (beat_command(), flower_command()))
    _keep([worker_command(concurrency), beat, watch_command(), flower], as_json=as_json)


def _log_of(name: str) -> Path:
    from sluice.engine.base.settings import settings

    return settings().home.absolute() / "logs" / f"{name}.log"


def worker_command(processes: int | None = None, log: Path | None = None, number: int = 1) -> Command:
    """`celery -A sluice.app worker` with that many processes (default: setting concurrency).

    Several workers of one command differ by their `number`.
    """
    from sluice.engine.base.settings import settings

    suffix = f"-{number}" if number > 1 else ""
    words = ["--concurrency", str(processes or settings().concurrency), "--pool", "prefork"]
    # Workers find work in the ledger and exchange no messages: without the second that Celery waits for other workers.
    words += ["--without-gossip", "--without-mingle", "--hostname", f"sluice-{os.getpid()}{suffix}@%h"]
    return _celery("worker", *words, "--loglevel", settings().log_level, log=log, watched=True)


def beat_command() -> Command:
    """`celery -A sluice.app beat`, with its schedule file in the home folder."""
    from sluice.engine.base.settings import settings

    folder = settings().home.absolute() / "beat"
    try:
        own_folder(folder)
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be created: {error.strerror}. Set SLUICE_HOME to a folder you may write."
        ) from error
    beat = _celery(
        "beat", "--schedule", str(folder / f"{settings().ledger_schema}-schedule"), "--loglevel", settings().log_level
    )
    return replace(beat, umask=0o077)


def watch_command() -> Command:
    """`sluice watch`, from when a pipeline declares a watched source: one may be added."""
    return Command("watch", python("sluice", "watch"), child_environ() | ALWAYS, wanted=_Watching())


class _Watching:
    """Whether a pipeline declares a watched source: their files are looked at a few times in a second."""

    def __init__(self) -> None:
        self._looked_at = float("-inf")
        self._found = False

    def __call__(self) -> bool:
        from sluice.engine.watch import watched_sources
        from sluice.pipelines import all_pipelines

        if time.monotonic() - self._looked_at >= LOOK_S:
            self._looked_at = time.monotonic()
            with suppress(ConfigError):  # a folder that is not there: the watcher itself says so
                self._found = any(watched_sources(each) for each in all_pipelines().values())
        return self._found


def flower_command() -> Command:
    """`celery -A sluice.app flower` with its configuration; a random password if none is set.

    Raises ConfigError when its port is in use.
    """
    from sluice.engine.base.settings import settings

    _refuse_taken_port()
    if settings().flower_password is not None:
        return _celery("flower", f"--conf={FLOWER_CONFIG}")
    password = secrets.token_urlsafe(12)
    say(f"Flower's password is {password} (a new one each time, unless SLUICE_FLOWER_PASSWORD is set)")
    return _celery("flower", f"--conf={FLOWER_CONFIG}", environ={"SLUICE_FLOWER_PASSWORD": password})


def _refuse_taken_port() -> None:
    """Raise ConfigError when Flower's port is in use: else it would end again and again."""
    from sluice.engine.base.settings import settings

    # both as Flower's configuration has them
    address = os.environ.get("FLOWER_ADDRESS", "127.0.0.1")
    port = int(os.environ.get("FLOWER_PORT", settings().flower_port))
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # a connection that has just ended does not block the port
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ConfigError(
                    f"Port {port} is in use: set SLUICE_FLOWER_PORT to another, or stop the other Flower."
                ) from error


def _celery(
    *words: str, log: Path | None = None, environ: dict[str, str] | None = None, watched: bool = False
) -> Command:
    argv = python("sluice.cli.servers.celery", "-A", "sluice.app", *words)
    return Command(words[0], argv, child_environ() | ALWAYS | (environ or {}), log, watched)


def _keep(commands: list[Command], *, as_json: bool) -> None:
    """Run the commands until a signal."""
    from sluice.engine.base.servers import is_embedded, urls
    from sluice.engine.base.settings import settings
    from sluice.engine.tables.changes.apply import TableInUse
    from sluice.engine.tables.migrate import migrate
    from sluice.pipelines import all_pipelines, broken

    known = all_pipelines()
    for sentence in broken():
        say(f"a pipeline is left out: {sentence}")
    urls()  # this process keeps the embedded servers running, also while a child starts again
    if is_embedded():
        try:
            migrate(list(known.values()))  # of your own database, `sluice migrate` and `enqueue` take care
        except TableInUse as error:  # an open run may have to be settled first, by these workers
            say(str(error))
    elif any(command.name == "worker" for command in commands):
        _refuse_useless_worker()
    names = [command.name for command in commands if command.wanted is None or command.wanted()]
    facts: dict[str, Any] = {"running": names, "embedded": is_embedded()}
    if "flower" in names:
        facts["flower"] = {"url": f"http://127.0.0.1:{settings().flower_port}", "user": settings().flower_user}
    logs = [command.details for command in commands if command.details is not None]
    emit(facts, as_json=as_json, human=lambda: _introduce(facts, logs))
    if Supervisor(commands, say=say).run() is signal.SIGINT:
        raise typer.Exit(Exit.INTERRUPTED)


def _refuse_useless_worker() -> None:
    """Raise ConfigError if workers could never use the ledger; a missing ledger may still be created."""
    from sluice.engine.database.glance import Glance
    from sluice.engine.ledger.readiness import LedgerBehind, check_ledger

    glance = Glance()
    try:
        with glance.cursor() as cursor:
            check_ledger(cursor)
    except (LedgerBehind, TransientError) as error:
        say(f"workers wait: {error}")
    finally:
        glance.close()


def _introduce(facts: dict[str, Any], logs: Sequence[Path]) -> None:
    say(f"running {', '.join(facts['running'])}; stop with Ctrl-C")
    if "flower" in facts:
        say(f"Flower: {facts['flower']['url']}, user {facts['flower']['user']}")
    if logs:
        names = " and ".join(log.stem for log in logs)
        say(f"of {names} only warnings are shown; all that they write: {', '.join(map(str, logs))}")
    if facts["embedded"]:
        say('connect to the servers: eval "$(sluice env)"')
