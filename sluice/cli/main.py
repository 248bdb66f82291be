"""The `sluice` command: all its commands, and the door through which they are reached.

Each command imports what it needs when it runs, so that `sluice --help` does not wait for Celery and pyarrow.
"""

from typing import Annotated

import typer

from sluice.cli import (
    backfill,
    demo,
    derived,
    doctor,
    export,
    forecast,
    processes,
    purge,
    refit,
    rejects,
    report,
    run,
    sample,
    schedule,
    serve,
    servers,
    status,
)
from sluice.cli.edge import Edge
from sluice.cli.exits import Exit
from sluice.version import __version__

EPILOG = "\n\n".join(["Exit codes:", *(f"{code.value}  {code.__doc__}" for code in Exit)])

app = typer.Typer(
    name="sluice",
    cls=Edge,
    help="Load files into PostgreSQL through Celery workers, every row accounted for.",
    epilog=EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
reject_commands = typer.Typer(help="Rows that were refused.", no_args_is_help=True)
schedule_commands = typer.Typer(help="When pipelines are due.", no_args_is_help=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"sluice {__version__}")
        raise typer.Exit


@app.callback()
def _top(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of `sluice` itself."""


for waits in (run.run, backfill.backfill):
    app.command(epilog=EPILOG)(waits)
for command in (
    run.enqueue,
    processes.worker,
    processes.beat,
    processes.flower,
    processes.up,
    status.status,
    status.retry,
    derived.explain,
    derived.orphans,
    refit.refit,
    report.report,
    forecast.forecast,
    export.export,
    serve.serve,
    purge.purge,
    doctor.doctor,
    sample.sample,
    demo.demo,
    servers.env,
    servers.migrate,
):
    app.command()(command)
reject_commands.command("list")(rejects.list_)
reject_commands.command("export")(rejects.export)
app.add_typer(reject_commands, name="rejects")
schedule_commands.command("list")(schedule.list_)
app.add_typer(schedule_commands, name="schedule")


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app()


if __name__ == "__main__":
    main()
