"""`python -m benchmarks.preprocessed.api`: pages of GET /preprocessed compared with a bare loop of psycopg2 and json.

Turn by turn: the first page again and again, the last one, pages at random places from `sluice serve` by one
connection, the same places by the bare loop (no server, no HTTP: one connection to PostgreSQL, fetchall, json.dumps),
and by eight connections at once, after which the memory of `sluice serve` is read.
"""

from __future__ import annotations

import json
import os
import platform
import random
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from subprocess import PIPE, Popen
from sys import executable
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

import typer

from benchmarks.measure import usage
from benchmarks.measure.servers import begun
from benchmarks.preprocessed.data import make_preprocessed
from sluice.engine.database.connection import transaction
from sluice.engine.database.statements import statements
from sluice.errors import SluiceError
from sluice.pipelines import find
from sluice.web.http.pages import write_cursor

query = statements("benchmarks.preprocessed.api")  # by its name: it is run as __main__

HERE = Path(__file__).resolve().parents[1]
PAGE, CONNECTIONS = 100, 8
TOKEN = "a-token-of-the-benchmark"
ROUTE = "/preprocessed"
Key = tuple[str, int]
Turn = dict[str, float]

Total = Annotated[int, typer.Option("--rows", min=1_000, help="Rows of preprocessed_data.")]
Rounds = Annotated[int, typer.Option(min=1, help="Rounds over the same table.")]
Requests = Annotated[int, typer.Option(min=8, help="Requests of each turn.")]
Out = Annotated[Path, typer.Option(help="The record.", show_default="benchmarks/results/preprocessed_api.json")]
Work = Annotated[Path, typer.Option(help="Folder for servers and files.", show_default="benchmarks/.work")]


class RequestFailed(SluiceError):
    """The API did not answer as it should."""


def main(
    rows: Total = 1_000_000,
    rounds: Rounds = 5,
    requests: Requests = 400,
    out: Out = HERE / "results" / "preprocessed_api.json",
    work: Work = HERE / ".work",
) -> None:
    """Request pages of a large table at every depth."""
    with begun(work.resolve()) as servers:
        os.environ["SLUICE_API_READ_TOKENS"] = TOKEN
        print(f"filling {rows:,} rows", flush=True)
        columns = make_preprocessed(rows)
        servers.settle()
        turns, memory = _measure(rows, rounds, requests)
        found = _record(rows, columns, requests, turns, memory, servers.versions())
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(json.dumps({name: value for name, value in found.items() if name != "turns"}, indent=2))


def _measure(rows: int, rounds: int, requests: int) -> tuple[list[Turn], list[float]]:
    """Seconds of each turn by name, round by round; and the server's peak of memory (MiB) after each."""
    last: Key = ("transactions", rows - 2 * PAGE)  # every second number is a transaction's
    chance = random.Random(1)
    turns: list[Turn] = []
    memory: list[float] = []
    with _served() as (url, pid):
        read_page = _page_reader(url)
        for n in range(rounds + 1):
            places = [
                (chance.choice(("sales", "transactions")), chance.randint(0, rows - 300)) for _ in range(requests)
            ]
            turn = {
                "first": _seconds(read_page, [None] * requests),
                "last": _seconds(read_page, [last] * requests),
                "bare": _seconds(_bare(), places),
                "api": _seconds(read_page, places),
                "api by eight": _by_eight(url, places),
            }
            memory.append(round(usage.peak_mib(pid) or 0, 1))
            print(f"  round {n}: " + ", ".join(f"{k} {requests / v:.0f}/s" for k, v in turn.items()), flush=True)
            turns += [turn] if n else []  # the first round warms up
    return turns, memory


def _seconds(read_page: Callable[[Key | None], object], places: list[Any]) -> float:
    started = time.perf_counter()
    for place in places:
        read_page(place)
    return time.perf_counter() - started


def _by_eight(url: str, places: list[Key]) -> float:
    shares = [places[n::CONNECTIONS] for n in range(CONNECTIONS)]
    with ThreadPoolExecutor(CONNECTIONS) as crew:
        started = time.perf_counter()
        list(crew.map(lambda share: _seconds(_page_reader(url), share), shares))
        return time.perf_counter() - started


def _page_reader(url: str) -> Callable[[Key | None], object]:
    connection = HTTPConnection(urlsplit(url).netloc)

    def read_page(place: Key | None) -> bytes:
        query_string: dict[str, Any] = {"limit": PAGE}
        if place is not None:
            query_string["cursor"] = write_cursor(ROUTE, {}, place)
        connection.request("GET", f"{ROUTE}?{urlencode(query_string)}", headers={"Authorization": f"Bearer {TOKEN}"})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200 or body.count(b'"transaction_id"') != PAGE:
            raise RequestFailed(f"GET {ROUTE}: {answer.status}, {body[:300]!r}")
        return body

    return read_page


def _bare() -> Callable[[Key | None], object]:
    (table,) = [each for each in find("unified_sales").derived if each.name == "preprocessed_data"]
    names = table.names
    statement = query("bare_preprocessed").format(columns=", ".join(names))

    def read_page(place: Key | None) -> str:
        source, number = place or ("", 0)
        with transaction() as cursor:
            cursor.execute(statement, {"after_source": source, "after_transaction_id": number, "limit": PAGE})
            return json.dumps([dict(zip(names, row, strict=True)) for row in cursor.fetchall()], default=str)

    return read_page


@contextmanager
def _served() -> Iterator[tuple[str, int]]:
    """`sluice serve` as a process of its own: its address and process id."""
    command = [executable, "-m", "sluice.cli.main", "serve", "--port", "0", "--json"]
    with Popen(command, stdout=PIPE, text=True, env=os.environ | {"SLUICE_LOG_LEVEL": "WARNING"}) as server:
        try:
            if server.stdout is None or not (said := server.stdout.readline()):
                raise RequestFailed("sluice serve did not start.")
            yield str(json.loads(said)["url"]), server.pid
        finally:
            server.terminate()


def _record(
    rows: int, columns: int, requests: int, turns: list[Turn], memory: list[float], versions: Mapping[str, str]
) -> dict[str, Any]:
    def ratio(above: str, below: str) -> float:
        return round(median(turn[above] / turn[below] for turn in turns), 3)

    machine = {"cores": os.cpu_count(), "system": platform.system(), "python": platform.python_version(), **versions}
    return {
        "rows": rows,
        "columns": columns,
        "page": PAGE,
        "requests of a turn": requests,
        "requests per second": {name: round(median(requests / turn[name] for turn in turns)) for name in turns[0]},
        "last page of first": ratio("last", "first"),
        "api of bare": ratio("bare", "api"),
        "api by eight of bare": ratio("bare", "api by eight"),
        "peak MiB of the server, round by round": memory,
        "machine": machine,
        "turns": turns,
    }


if __name__ == "__main__":
    typer.run(main)
