"""The `sluice` command: the table of its commands. A new one is its file, and a line here.

Each command imports what it needs when it runs, so that `sluice --help` does not wait for Celery and pyarrow.
"""

from typing import Annotated

import typer

from sluice.cli.commands import Command, Commands
from sluice.cli.edge import Edge
from sluice.cli.exits import Exit
from sluice.version import __version__

EPILOG = "\n\n".join(["Exit codes:", *(f"{code.value}  {code.__doc__}" for code in Exit)])
GROUPS = {"rejects": "Rejected rows.", "schedule": "Schedules of pipelines."}
COMMANDS = (
    Command("run", "sluice.cli.runs.run:run", "Load files, wait, and print the counts of their rows.", EPILOG),
    Command("backfill", "sluice.cli.runs.backfill:backfill", "Run past days in order, and wait.", EPILOG),
    Command("preview", "sluice.cli.preview:preview", "Show what files would give; nothing is written.", EPILOG),
    Command("enqueue", "sluice.cli.runs.run:enqueue", "Put files on the queue and print the run's id."),
    Command("worker", "sluice.cli.servers.processes:worker", "Run workers until SIGTERM or Ctrl-C."),
    Command("beat", "sluice.cli.servers.processes:beat", "Run Celery beat: scheduled runs."),
    Command("watch", "sluice.cli.servers.watch:watch", "Load files of watched folders when they are whole."),
    Command("flower", "sluice.cli.servers.processes:flower", "Run Flower: workers and tasks in a browser."),
    Command("up", "sluice.cli.servers.processes:up", "Run servers, workers, beat, watch and Flower."),
    Command("init", "sluice.cli.data.init:init", "Propose a pipeline from files that nobody described."),
    Command("pipelines", "sluice.cli.data.pipelines:pipelines", "List the pipelines, with their tables and files."),
    Command("check", "sluice.cli.data.check:check", "Check pipeline files and their examples, without servers."),
    Command("status", "sluice.cli.runs.status:status", "Show the newest runs, or one run."),
    Command("retry", "sluice.cli.runs.retry:retry", "Try again what failed in a run."),
    Command("cancel", "sluice.cli.removal.cancel:cancel", "Stop an open run, and take out what it has loaded."),
    Command("undo", "sluice.cli.removal.undo:undo", "Take a run back, or one file of it."),
    Command(
        "reload", "sluice.cli.runs.reload:reload", "Load files of earlier runs again, under a changed declaration."
    ),
    Command("forget", "sluice.cli.removal.forget:forget", "Delete all rows of a person, for good."),
    Command("expire", "sluice.cli.removal.expire:expire", "Delete rows that are older than their tables keep them."),
    Command("explain", "sluice.cli.data.derived:explain", "Show the rows, files and lines behind a derived value."),
    Command("orphans", "sluice.cli.data.derived:orphans", "List rows without a counterpart, with file and line."),
    Command("refit", "sluice.cli.runs.refit:refit", "Compute the statistics of preprocessed tables again."),
    Command("unbuild", "sluice.cli.removal.unbuild:unbuild", "Withdraw what was built for a date."),
    Command("report", "sluice.cli.data.report:report", "Write an HTML report on derived tables."),
    Command("forecast", "sluice.cli.data.forecast:forecast", "Forecast orders and value of customers."),
    Command("export", "sluice.cli.data.export:export", "Write tables to CSV or Parquet files."),
    Command("serve", "sluice.cli.servers.serve:serve", "Serve tables and runs as JSON."),
    Command("purge", "sluice.cli.data.purge:purge", "Remove parts, steps and rejects of old runs."),
    Command("doctor", "sluice.cli.servers.doctor:doctor", "Check settings, servers, workers and folders."),
    Command("sample", "sluice.cli.data.sample:sample", "Write sample files with known faults."),
    Command("demo", "sluice.cli.demo:demo", "Load generated data and compare it with what was planted."),
    Command("chaos", "sluice.cli.chaos:chaos", "Load a sample while workers and servers are killed, and compare."),
    Command("env", "sluice.cli.servers.env:env", "Print the URLs of the servers in use."),
    Command(
        "migrate",
        "sluice.cli.servers.migrate:migrate",
        "Create or update the tables of the ledger and of all pipelines.",
    ),
    Command("rejects list", "sluice.cli.rejects.listed:list_", "List a run's rejects by file and line."),
    Command(
        "rejects export", "sluice.cli.rejects.export:export", "Write rejected rows to a CSV file, to correct them."
    ),
    Command("rejects replay", "sluice.cli.rejects.replay:replay", "Load corrected rejects, each once."),
    Command("rejects dismiss", "sluice.cli.rejects.dismiss:dismiss", "Dismiss rejects that nobody is going to load."),
    Command("schedule list", "sluice.cli.servers.schedule:list_", "Show each schedule and its due times."),
)


class Sluice(Edge):
    """The top of the command line."""

    table = Commands(COMMANDS, GROUPS)


app = typer.Typer(
    name="sluice",
    cls=Sluice,
    help="Load files into PostgreSQL through Celery workers, every row accounted for.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(chosen: bool) -> None:
    if chosen:
        print(f"sluice {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of `sluice` itself."""


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app()


if __name__ == "__main__":
    main()
