"""`chaos`: a sample is loaded undisturbed, then again under a series of faults for each seed, and compared."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from sluice.cli.output import Json
from sluice.errors import ConfigError

SERVERS = ("DATABASE_URL", "REDIS_URL", "SLUICE_CACHE_URL")
SHORTEST_S, LONGEST_S = 1, 3600
USUAL_S, USUAL_ROWS, USUAL_SEED = 20, 60_000, 1
Seeds = Annotated[
    list[int] | None,
    typer.Option("--seed", min=0, metavar="N ...", help="Seeds of the faults, one load for each.", show_default="1"),
]
More = Annotated[list[int] | None, typer.Argument(min=0, metavar="[N ...]", help="More seeds.", show_default=False)]
Seconds = Annotated[
    float,
    typer.Option(min=SHORTEST_S, max=LONGEST_S, help="For how many seconds faults happen, for each seed."),
]
Rows = Annotated[int, typer.Option(help="Calls in the sample; accounts are in addition.")]


def chaos(
    seeds: More = None,
    *,
    seed: Seeds = None,
    seconds: Seconds = USUAL_S,
    rows: Rows = USUAL_ROWS,
    as_json: Json = False,
) -> None:
    """Load a generated sample while workers and servers are killed, and compare with an undisturbed load.

    It starts its own PostgreSQL, Redis and two workers in a temporary folder. Exit code 0 means that all tables,
    rejects and books are equal; otherwise the folder is kept. The same seed gives the same faults, in the same order.
    """
    from sluice.chaos.sample import LEAST_ROWS, MOST_ROWS

    if not LEAST_ROWS <= rows <= MOST_ROWS:
        raise ConfigError(f"--rows must be an integer between {LEAST_ROWS} and {MOST_ROWS:,}, not {rows}.")
    _refuse_servers()
    chosen = list(dict.fromkeys([*(seed or []), *(seeds or [])])) or [USUAL_SEED]
    from sluice.cli.chaos.trials import run_trials

    run_trials(chosen, seconds, rows, as_json=as_json)


def _refuse_servers() -> None:
    """Raise ConfigError when the environment names servers: only those are disturbed that this command has started."""
    named = [name for each in SERVERS for name in (each, f"{each}_FILE") if os.environ.get(name)]
    if named:
        raise ConfigError(
            f"{' and '.join(named)} {'are' if len(named) > 1 else 'is'} set. `sluice chaos` kills and empties servers, "
            f"but only those that it has started itself: run `env -u {' -u '.join(named)} sluice chaos`."
        )
