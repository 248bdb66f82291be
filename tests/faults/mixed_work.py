"""The work of the mixture: two pipelines, their files, and a seeded order in which they are given to Sluice.

`visits` keeps the first row of a key, has a schedule, and a table derived for each date. `prices` is updated, and has
a derived table without dates.
"""

from __future__ import annotations

import itertools
import json
import random
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.kit.forked import run_forked
from tests.kit.stack import Stack

VISITS = """
from sluice import Column, Daily, Date, Derived, Files, Integer, Pipeline, Table, Text

sums = Derived(
    "visit_sum",
    key=("as_of", "item"),
    columns={"as_of": "date", "item": "text", "visits": "bigint", "total": "bigint"},
    sql='''
        select %(as_of)s::date as as_of, v.item, count(*) as visits, sum(v.amount)::bigint as total
        from {visits} v where v.day <= %(as_of)s and {changed(v.item)} group by v.item''',
    partition_by="item",
    changed_keys="select v.item from {visits} v where v._input_id = any(%(inputs)s)",
    value="total",
)
pipeline = Pipeline(
    name="visits",
    source=Files("visits/%Y-%m-%d/*.csv", name="visits"),
    table=Table(
        "visits",
        key=("id",),
        columns=[
            Column("id", Integer(), required=True), Column("day", Date("%Y-%m-%d")),
            Column("item", Text()), Column("amount", Integer()),
        ],
    ),
    derived=[sums],
    schedule=Daily("00:00", catch_up="each", deadline="00:01"),
)
"""
PRICES = """
from sluice import Column, Derived, Files, Integer, Pipeline, Table, Text

groups = Derived(
    "price_sum",
    key=("kind",),
    columns={"kind": "text", "prices": "bigint", "total": "bigint"},
    sql="select p.kind, count(*) as prices, sum(p.price)::bigint as total from {prices} p group by p.kind",
)
pipeline = Pipeline(
    name="prices",
    source=Files("prices/*.csv", name="prices"),
    table=Table(
        "prices",
        key=("id",),
        on_conflict="update",
        columns=[Column("id", Integer(), required=True), Column("kind", Text()), Column("price", Integer())],
    ),
    derived=[groups],
)
"""
DATES = ("2026-01-10", "2026-01-20", "2026-01-31")
SCHEDULED_DAYS = 8
KEYS_OF_PRICES = 3_000
AT_ONCE_S = 240


class Work:
    """Gives files to Sluice in a thread, until `stop`. A command that fails is given again: a file may come twice."""

    def __init__(self, stack: Stack, seed: int, say: Callable[[str], None]) -> None:
        self.stack, self.say = stack, say
        self.visits: list[Path] = []
        self.prices: list[Path] = []
        self.delivered: dict[date, Path] = {}
        self.registered: list[tuple[int, tuple[Path, ...]]] = []
        self.env = dict(stack.env)
        self._chance = random.Random(f"work {seed}")
        self._rows: list[str] = []
        self._numbers = itertools.count(1)
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._failed: BaseException | None = None
        self.inbox = stack.home / "inbox"

    def declare(self) -> None:
        """Write the pipelines, their tables, and a schedule that is some days behind."""
        folder = self.stack.home / "declared"
        folder.mkdir()
        (folder / "visits.py").write_text(VISITS)
        (folder / "prices.py").write_text(PRICES)
        (self.inbox / "visits").mkdir(parents=True)
        (self.stack.home / "files").mkdir()
        self.stack.env |= {"SLUICE_PIPELINES": str(folder), "SLUICE_INBOX": str(self.inbox)}
        self.stack.sluice("migrate")
        before = datetime.now(UTC).date() - timedelta(days=SCHEDULED_DAYS)
        self.days = [before + timedelta(days=number) for number in range(1, SCHEDULED_DAYS + 1)]
        self.stack.sql(
            "insert into sluice.tick (schedule, due_time, day, state) values ('visits-daily', %s, %s, 'nothing')"
            " returning day",
            f"{before}T00:00:00Z",
            before,
        )
        self._chance.shuffle(self.days)

    def start(self, env: dict[str, str]) -> None:
        """Begin; `env` is what the commands run in."""
        self.env = env
        self._thread.start()

    def stop(self) -> None:
        """No new work; what was begun is given to Sluice. Raises what went wrong in the thread."""
        self._ends.set()
        self._thread.join(AT_ONCE_S)
        assert not self._thread.is_alive(), "work does not end"
        if self._failed is not None:
            raise self._failed

    def enqueue(self, pipeline: str, *words: str, paths: tuple[Path, ...] = ()) -> int:
        """Queue a run; returns its id. It is tried until the command succeeds."""
        end = time.monotonic() + AT_ONCE_S
        while True:
            said = ["enqueue", pipeline, *map(str, paths), *words, "--json"]
            code, out, err = run_forked("sluice.cli.main", said, self.env, self.stack.home, AT_ONCE_S)
            if code == 0:
                run = int(json.loads(out)["run"])
                self.registered.append((run, paths))
                return run
            assert code in (1, 5), f"exit {code}\n{out}\n{err}"
            assert time.monotonic() < end, f"{said} cannot be registered\n{out}\n{err}"
            time.sleep(0.2)

    def _go_on(self) -> None:
        try:
            while not self._ends.is_set():
                self._give()
                self._ends.wait(self._chance.uniform(0, 1.5))
        except BaseException as error:  # noqa: BLE001 - the test raises it
            self._failed = error

    def _give(self) -> None:
        what = self._chance.choices(
            [self._new_visits, self._new_prices, self._again, self._reload, self._a_day, self._only_build],
            [5, 5, 2, 2, 3, 1],
        )[0]
        self.say(what() or "no work")

    def _new_visits(self) -> str:
        paths = tuple(self._file_of_visits(self.stack.home / "files") for _ in range(self._chance.choice([1, 1, 2])))
        run = self.enqueue("visits", "--as-of", self._chance.choice(DATES), paths=paths)
        self.visits += paths
        return f"run {run}: {_names(paths)}"

    def _new_prices(self) -> str:
        paths = tuple(self._file_of_prices() for _ in range(self._chance.choice([1, 1, 2])))
        run = self.enqueue("prices", paths=paths)
        self.prices += paths
        return f"run {run}: {_names(paths)}"

    def _again(self, *words: str) -> str | None:
        pipeline = self._chance.choice(["visits", "prices"])
        known = self.visits if pipeline == "visits" else self.prices
        if not known:
            return None
        path = self._chance.choice(known)
        dated = ("--as-of", self._chance.choice(DATES)) if pipeline == "visits" else ()
        run = self.enqueue(pipeline, *words, *dated, paths=(path,))
        return f"run {run}: {path.name} again {' '.join(words)}".rstrip()

    def _reload(self) -> str | None:
        return self._again("--reload")

    def _a_day(self) -> str | None:
        if not self.days:
            return None
        day = self.days.pop()
        hidden = self.stack.home / "files" / day.isoformat()
        hidden.mkdir()
        made = self._file_of_visits(hidden)
        hidden.rename(self.inbox / "visits" / day.isoformat())  # whole, or not there
        self.delivered[day] = self.inbox / "visits" / day.isoformat() / made.name
        return f"{made.name} for the schedule of {day}"

    def _only_build(self) -> str:
        as_of = self._chance.choice(DATES)
        return f"run {self.enqueue('visits', '--as-of', as_of)}: builds as of {as_of}"

    def _file_of_visits(self, folder: Path) -> Path:
        """New keys, some of them twice, equal or not; keys of earlier files, equal; and rows that do not fit."""
        chance, first = self._chance, len(self._rows)
        new = [
            f"{key},2026-01-{chance.randint(1, 31):02},item {chance.randint(1, 400)},{chance.randint(-50, 900)}"
            for key in range(first, first + chance.randint(200, 2_500))
        ]
        lines = list(new)
        lines += chance.sample(self._rows, min(first, 40))
        lines += chance.sample(new, 20)
        lines += [f"{line}0" for line in chance.sample(new, 20)]  # another amount
        lines += [f",2026-01-05,item 1,{number}" for number in range(5)]
        lines += [f"{number},2026-01-05,item 1,many" for number in range(5)]
        others = {line.partition(",")[0] for line in lines[len(new) + min(first, 40) :]}
        chance.shuffle(lines)
        # a row that comes twice with other values is the file's own: no other file has its key
        self._rows += [line if line.partition(",")[0] not in others else "" for line in new]
        path = folder / f"visits_{first}.csv"
        path.write_text("id,day,item,amount\n" + "".join(f"{line}\n" for line in lines if line))
        return path

    def _file_of_prices(self) -> Path:
        """Keys that other files have, too; some twice in the file; some that do not fit."""
        chance = self._chance
        keys = chance.choices(range(KEYS_OF_PRICES), k=chance.randint(200, 2_500))
        lines = [f"{key},kind {chance.randint(1, 40)},{chance.randint(1, 30)}" for key in keys]
        lines += [f",kind 1,{number}" for number in range(5)]
        lines += [f"{number},kind 1,cheap" for number in range(5)]
        chance.shuffle(lines)
        path = self.stack.home / "files" / f"prices_{next(self._numbers)}.csv"
        path.write_text("id,kind,price\n" + "".join(f"{line}\n" for line in lines))
        return path


def _names(paths: tuple[Path, ...]) -> str:
    return ", ".join(path.name for path in paths)
