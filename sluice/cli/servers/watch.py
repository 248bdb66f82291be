"""`watch`: files of watched folders are loaded soon after they are whole."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import print_object, say
from sluice.errors import ConfigError

if TYPE_CHECKING:
    from sluice.engine.watch import Event

Names = Annotated[
    list[str] | None, typer.Argument(metavar="[PIPELINE]...", help="The pipelines; without it all that declare it.")
]
Lines = Annotated[bool, typer.Option("--json", help="Print a JSON object for each event, one a line, for programs.")]


def watch(pipelines: Names = None, as_json: Lines = False) -> None:
    """Watch the folders of pipelines, until SIGTERM or Ctrl-C: sources declared with Files(..., watch=True).

    A file is queued soon after it is whole, once in each of its states, and loaded by workers. Files that are there
    already are taken if they were not loaded before. `sluice up` watches too. Of several watchers of a pipeline the
    others wait. It prints each run, and which files it waits for and why.
    """
    from sluice.engine.base.servers import is_embedded, urls
    from sluice.engine.tables.migrate import migrate
    from sluice.pipelines import all_pipelines
    from sluice.tasks.watched import Watch
    from sluice.workers.supervisor import stop_signals

    chosen = _chosen(pipelines or [])
    urls()  # this process keeps the embedded servers running
    if is_embedded():
        migrate(list(all_pipelines().values()))
    say(f"watching {', '.join(chosen) or 'for pipelines that declare Files(..., watch=True)'}; stop with Ctrl-C")
    running = Watch(pipelines or [], _print_json if as_json else _print)
    with stop_signals() as signals:
        try:
            while True:
                running.step()
        except KeyboardInterrupt:
            pass
        finally:
            running.close()
    if signals[:1] == [signal.SIGINT]:
        raise typer.Exit(Exit.INTERRUPTED)


def _chosen(names: list[str]) -> list[str]:
    """The pipelines to watch at first. Raises ConfigError for one that is unknown, or declares no watched source."""
    from sluice.engine.watch import watched_sources
    from sluice.pipelines import all_pipelines, find

    for name in names:
        if not watched_sources(find(name)):
            raise ConfigError(f"{name} has no watched source: declare Files(..., watch=True) in its file.")
    return names or [name for name, each in all_pipelines().items() if watched_sources(each)]


def _print(event: Event) -> None:
    say(event.sentence)


def _print_json(event: Event) -> None:
    print_object({"event": event.kind, **event.facts})
