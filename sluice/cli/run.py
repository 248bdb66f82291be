"""`run` and `enqueue`: files into a pipeline, with or without waiting for them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Self

import typer

from sluice.cli.books import print_run
from sluice.cli.exits import Exit
from sluice.cli.export import Afterwards, AsFormat, ExportTo, facts_of, print_exported
from sluice.cli.options import AsOf, MaxRejects, Only, Paths, Pipeline, Reload, Strict, Timeout, Workers
from sluice.cli.output import Json, count, emit, fail, say
from sluice.cli.processes import worker_command
from sluice.cli.waiting import follow
from sluice.workers.supervisor import Supervisor, told_to_stop

if TYPE_CHECKING:
    from sluice.engine.declare import Pipeline as Declared
    from sluice.engine.ledger.runs import NewInput, Run

NAMED = 2
WELL = (Exit.DONE, Exit.PARTLY)  # the run is done, whatever became of some of its inputs
NO_ROWS = {"empty_file", "header_only", "empty_archive", "no_rows"}  # refusals of what has no row to lose
GRACE_S = 10.0
IDLE_GRACE_S = 1.0  # Celery takes 2.7 s to end idle processes; what counts is in the ledger


def run(
    pipeline: Pipeline,
    paths: Paths = None,
    *,
    only: Only = None,
    as_of: AsOf = None,
    reload: Reload = False,
    max_rejects: MaxRejects = None,
    strict: Strict = False,
    workers: Workers = None,
    timeout: Timeout = None,
    export: ExportTo = None,
    format: AsFormat = None,  # noqa: A002 - it is the option's name
    as_json: Json = False,
) -> None:
    """Load files, and what is fetched, and wait: progress on a terminal, then books, rejects, and what to type next."""
    wanted = Wanted.of(pipeline, paths or [], reload, max_rejects, as_of and as_of.date(), only or [])
    after = Afterwards.of(wanted.pipeline, export, format)
    load_and_report(wanted, strict=strict, processes=workers, timeout=timeout, as_json=as_json, after=after)


def enqueue(
    pipeline: Pipeline,
    paths: Paths = None,
    *,
    only: Only = None,
    as_of: AsOf = None,
    reload: Reload = False,
    max_rejects: MaxRejects = None,
    as_json: Json = False,
) -> None:
    """Put files on the queue and print the run's id; workers load them."""
    queued = Wanted.of(pipeline, paths or [], reload, max_rejects, as_of and as_of.date(), only or []).put_on_queue()
    emit({"run": queued.id, "pipeline": pipeline}, as_json=as_json, human=lambda: print(queued.id))
    say(f"run {queued.id} is registered; workers load it (`sluice worker` starts some)")


def say_left_out(declared: Declared) -> Callable[[str, list[str]], None]:
    """Tells the person of files in a folder that do not fit the pipeline."""

    def left_out(folder: str, names: list[str]) -> None:
        which = "file that is" if len(names) == 1 else "files that are"
        like = " or ".join(dict.fromkeys(source.name_pattern for source in declared.files))
        named = ", ".join([*names[:NAMED], *(["..."] if len(names) > NAMED else [])])
        say(f"left out of {folder}: {count(len(names))} {which} not like {like} ({named})")

    return left_out


def say_order(paths: Sequence[str]) -> None:
    """Tells the person that a shell has put part_10 before part_9: files that are named keep the order given."""
    from sluice.engine.storage import name_order

    by_text = list(paths) == sorted(paths)
    for earlier, later in pairwise(paths):
        if by_text and name_order(earlier) > name_order(later):
            say(
                f"files are taken in the order given, {earlier} before {later}; name the folder, or put the pattern in "
                "quotes, and numbers are compared as numbers"
            )
            return


@dataclass(frozen=True)
class Wanted:
    """What is to be loaded, and how."""

    pipeline: Declared
    inputs: list[NewInput]
    reload: bool
    max_rejects: str | None
    as_of: date | None

    @classmethod
    def of(
        cls,
        pipeline: str,
        paths: list[str],
        reload: bool = False,
        max_rejects: str | None = None,
        as_of: date | None = None,
        only: Collection[str] = (),
    ) -> Self:
        """Meet mistakes in the command line before anything is started. Raises ConfigError."""
        from sluice.engine.sources.inputs import inputs_of
        from sluice.engine.steps.reject_limit import RejectLimit
        from sluice.pipelines import find

        declared = find(pipeline)
        declared.check_run(has_inputs=bool(paths or declared.fetched(only)), as_of=as_of)
        if max_rejects is not None:
            RejectLimit(max_rejects)
        say_order(paths)
        inputs = inputs_of(declared, paths, say_left_out(declared), only)
        return cls(declared, inputs, reload, max_rejects, as_of)

    def put_on_queue(self) -> Run:
        """Register the run and publish it."""
        from sluice.tasks.enqueue import enqueue_inputs

        return enqueue_inputs(
            self.pipeline, self.inputs, reload=self.reload, max_rejects=self.max_rejects, as_of=self.as_of
        )


def load_and_report(
    wanted: Wanted,
    *,
    strict: bool,
    processes: int | None,
    timeout: float | None,
    as_json: bool,
    after: Afterwards | None = None,
) -> dict[str, Any]:
    """Load files, export if asked to, print how it went, and return the run's status.

    Raises typer.Exit unless all is well.
    """
    with told_to_stop(), own_workers(processes) as crew:
        status = _load(wanted, crew, timeout, as_json)
        let_go(crew)
        code = verdict(status, strict=strict)
        _end(status, code, after if code in WELL else None, as_json=as_json)
    if code:
        raise typer.Exit(code)
    return status


def _end(status: dict[str, Any], code: Exit, after: Afterwards | None, *, as_json: bool) -> None:
    """Print an ended run and what is exported after it; both are one object to a program."""
    if after is None:
        report(status, code, as_json=as_json)
    elif as_json:
        report(status | {"exports": facts_of(after.export(status, as_json=True))}, code, as_json=True)
    else:
        report(status, code, as_json=False)
        print_exported(after.export(status, as_json=False), as_json=False)


def report(status: dict[str, Any], code: Exit, *, as_json: bool) -> None:
    """Print an ended run, and how the command ends."""
    reason = status["error"]
    facts = status | {"error": {"kind": "RunFailed", "message": reason} if reason else None}
    emit(facts, as_json=as_json, human=lambda: print_run(status, code))


def verdict(status: dict[str, Any], *, strict: bool) -> Exit:
    """The exit code of an ended run."""
    if status["dead_steps"]:
        return Exit.FAILED
    if _over_limit(status):
        return Exit.OVER_LIMIT
    if status["state"] == "failed":
        return Exit.FAILED
    failed = {each["error_code"] for each in status["inputs"] if each["state"] == "failed"}
    if strict and (status["rejected"] or failed):
        return Exit.STRICT
    return Exit.PARTLY if failed - NO_ROWS else Exit.DONE


def _over_limit(status: dict[str, Any]) -> bool:
    """Whether an input has more rejects than --max-rejects allows, those included that were found by loading it."""
    from sluice.engine.steps.reject_limit import RejectLimit

    if status["max_rejects"] is None:
        return False
    limit = RejectLimit(status["max_rejects"])
    inputs = status["inputs"]
    return any(i["error_code"] == "over_limit" or limit.over(i["rejected"], i["planned"]) for i in inputs)


def own_workers(processes: int | None) -> Supervisor:
    """Workers for this command: with the embedded servers always, with servers of your own if asked for.

    They start first, and make themselves ready while this process registers the run.
    """
    from sluice.engine.base.servers import is_embedded
    from sluice.engine.base.settings import settings

    if processes is None and not is_embedded():
        return Supervisor([], say=say)
    log = settings().home.absolute() / "logs" / "worker.log"
    return Supervisor([worker_command(processes, log)], say=say, grace_s=GRACE_S)


def let_go(crew: Supervisor) -> None:
    """Ask the workers of this command to end; there is no hurry while other runs are open."""
    crew.ask_to_stop()
    if not _others_wait():
        crew.grace_s = IDLE_GRACE_S


def _others_wait() -> bool:
    """Whether workers may be busy with runs of other commands."""
    from sluice.engine.ledger.runs import list_runs

    return any(each["state"] == "running" for each in list_runs())


def _continues() -> str:
    from sluice.engine.base.servers import is_embedded

    who = "`sluice worker`, or `sluice run` of the same files, goes" if is_embedded() else "running workers go"
    return f"stays in the ledger: {who} on with it."


def _load(wanted: Wanted, crew: Supervisor, timeout: float | None, as_json: bool) -> dict[str, Any]:
    """Queue the files and wait for them. Returns the ended run's status."""
    queued: Run | None = None
    try:
        queued = wanted.put_on_queue()
        return follow(queued.id, crew, timeout)
    except KeyboardInterrupt:
        what = "Interrupted." if queued is None else f"Interrupted. Run {queued.id} {_continues()}"
        fail("Interrupted", what, as_json=as_json, run=queued and queued.id)
        raise typer.Exit(Exit.INTERRUPTED) from None
    except TimeoutError as error:
        fail("Timeout", f"{error} It {_continues()}", as_json=as_json, run=queued and queued.id)
        raise typer.Exit(Exit.FAILED) from None
