"""`run` and `enqueue`: files into a pipeline, with or without waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from sluice.cli.data.export import Afterwards, AsFormat, ExportTo, facts_of, print_exported
from sluice.cli.exits import Exit
from sluice.cli.options import LoadOptions, Strict, Timeout, Workers, takes
from sluice.cli.output import Json, emit, fail, say
from sluice.cli.runs.books import print_run
from sluice.cli.runs.waiting import follow
from sluice.cli.runs.wanted import Wanted
from sluice.cli.servers.processes import worker_command
from sluice.errors import ConfigError
from sluice.workers.supervisor import Supervisor, stop_signals

if TYPE_CHECKING:
    from sluice.engine.declare.sources.source import Remote
    from sluice.engine.ledger.facts import RunStatus

WELL = (Exit.DONE, Exit.PARTLY)  # the run is done, although some inputs may have failed
NO_ROWS = {"empty_file", "header_only", "empty_archive", "no_rows"}  # refusals of files without a row
GRACE_S = 10.0
IDLE_GRACE_S = 1.0  # Celery takes 2.7 s to end idle processes; what counts is in the ledger


@takes(LoadOptions)
def run(
    options: LoadOptions,
    *,
    strict: Strict = False,
    workers: Workers = None,
    timeout: Timeout = None,
    export: ExportTo = None,
    format: AsFormat = None,  # noqa: A002 - it is the option's name
    as_json: Json = False,
) -> None:
    """Load files and fetched sources, and wait: progress on a terminal, then books, rejects and the next commands."""
    wanted = Wanted.by(options)
    after = Afterwards.of(wanted.pipeline, export, format)
    _refuse_missing_settings(wanted.pipeline.fetched(options.only or []))
    load_and_report(wanted, strict=strict, processes=workers, timeout=timeout, as_json=as_json, after=after)


def _refuse_missing_settings(sources: Sequence[Remote]) -> None:
    """Raise ConfigError where the workers of this command lack a setting; other workers may have it."""
    from sluice.engine.base.servers import is_embedded
    from sluice.engine.sources.setting import missing_settings

    missing = list(missing_settings(sources))
    if missing and is_embedded():
        raise ConfigError(" ".join([*missing, "Nothing was loaded: set it, then give the command again."]))
    for sentence in missing:
        say(f"note: {sentence} The run waits for a worker that has it.")


@takes(LoadOptions)
def enqueue(options: LoadOptions, *, as_json: Json = False) -> None:
    """Put files on the queue and print the run's id; workers load them."""
    queued = Wanted.by(options).put_on_queue()
    facts = {"run": queued.id, "pipeline": options.pipeline}
    emit(facts, as_json=as_json, human=lambda: print(queued.id))
    say(f"run {queued.id} is registered; workers load it (`sluice worker` starts some)")


def load_and_report(
    wanted: Wanted,
    *,
    strict: bool,
    processes: int | None,
    timeout: float | None,
    as_json: bool,
    after: Afterwards | None = None,
) -> RunStatus:
    """Load files, export if `after` is given, print the result, and return the run's status.

    Raises typer.Exit unless it succeeds.
    """
    with stop_signals(), own_workers(processes) as crew:
        status = _wait(lambda: wanted.put_on_queue().id, crew, timeout, as_json)
        stop_workers(crew)
        code = verdict_of(status, strict=strict)
        _end(status, code, after if code in WELL else None, as_json=as_json)
    if code:
        raise typer.Exit(code)
    return status


def finish(run: int, workers: Supervisor, *, strict: bool, timeout: float | None, as_json: bool, **more: Any) -> None:
    """Wait for an open run with workers of this command, and print the result. Raises typer.Exit unless it succeeds."""
    with stop_signals(), workers as crew:
        status = _wait(lambda: run, crew, timeout, as_json)
        stop_workers(crew)
        code = verdict_of(status, strict=strict)
        report(status, code, as_json=as_json, **more)
    if code:
        raise typer.Exit(code)


def _end(status: RunStatus, code: Exit, after: Afterwards | None, *, as_json: bool) -> None:
    """Print an ended run and the files that were exported after it; with --json both are one object."""
    if after is None:
        report(status, code, as_json=as_json)
    elif as_json:
        report(status, code, as_json=True, exports=facts_of(after.export(status, as_json=True)))
    else:
        report(status, code, as_json=False)
        print_exported(after.export(status, as_json=False), as_json=False)


def report(status: RunStatus, code: Exit, *, as_json: bool, **more: Any) -> None:
    """Print an ended run, and how the command ends; `more` is for programs."""
    error = {"kind": "RunFailed", "message": status.error} if status.error else None
    facts = status.json() | more | {"error": error}
    emit(facts, as_json=as_json, human=lambda: print_run(status, code, continued_by(status)))


def continued_by(status: RunStatus) -> list[RunStatus]:
    """The earlier runs that a run has continued: what they loaded counts as the command's."""
    from sluice.engine.ledger.runs import read_status

    return [read_status(run) for run in status.continued]


def verdict_of(status: RunStatus, *, strict: bool) -> Exit:
    """The exit code of a command whose run has ended; runs that it has continued count unless its own says more."""
    code = verdict(status, strict=strict)
    others = [] if code else continued_by(status)
    if any(each.dead_steps for each in others):
        return Exit.FAILED
    return Exit.STRICT if strict and any(each.rejected for each in others) else code


def verdict(status: RunStatus, *, strict: bool) -> Exit:
    """The exit code of an ended run."""
    if status.dead_steps:
        return Exit.FAILED
    if _over_limit(status):
        return Exit.OVER_LIMIT
    if status.state == "failed":
        return Exit.FAILED
    failed = {each.error_code for each in status.inputs if each.state == "failed"}
    if strict and (status.rejected or failed):
        return Exit.STRICT
    return Exit.PARTLY if failed - NO_ROWS else Exit.DONE


def _over_limit(status: RunStatus) -> bool:
    """Whether an input has more rejects than --max-rejects allows, those included that were found by loading it."""
    from sluice.engine.steps.part.reject_limit import RejectLimit

    if status.max_rejects is None:
        return False
    limit = RejectLimit(status.max_rejects)
    inputs = status.inputs
    return any(i.error_code == "over_limit" or limit.over(i.rejected, i.planned) for i in inputs)


def own_workers(processes: int | None) -> Supervisor:
    """Workers for this command: with the embedded servers always, with servers of your own if `processes` is given.

    They start first, and get ready while this process registers the run.
    """
    from sluice.engine.base.servers import is_embedded
    from sluice.engine.base.settings import settings

    if processes is None and not is_embedded():
        return Supervisor([], say=say)
    log = settings().home.absolute() / "logs" / "worker.log"
    return Supervisor([worker_command(processes, log)], say=say, grace_s=GRACE_S)


def stop_workers(crew: Supervisor) -> None:
    """Stop the workers of this command; while other runs are open they get more time to end."""
    crew.terminate_all()
    if not _others_wait():
        crew.grace_s = IDLE_GRACE_S


def _others_wait() -> bool:
    """Whether workers may be busy with runs of other commands."""
    from sluice.engine.ledger.runs import list_runs

    return any(each.state == "running" for each in list_runs())


def _continues() -> str:
    from sluice.engine.base.servers import is_embedded

    who = "`sluice worker`, or `sluice run` of the same files, goes" if is_embedded() else "running workers go"
    return f"stays in the ledger: {who} on with it."


def _wait(begin: Callable[[], int], crew: Supervisor, timeout: float | None, as_json: bool) -> RunStatus:
    """Wait for the run that `begin` registers. Returns its status when it has ended."""
    run: int | None = None
    try:
        run = begin()
        return follow(run, crew, timeout)
    except KeyboardInterrupt:
        what = "Interrupted." if run is None else f"Interrupted. Run {run} {_continues()}"
        fail("Interrupted", what, as_json=as_json, run=run)
        raise typer.Exit(Exit.INTERRUPTED) from None
    except TimeoutError as error:
        fail("Timeout", f"{error} It {_continues()}", as_json=as_json, run=run)
        raise typer.Exit(Exit.FAILED) from None
