"""Generated files with few keys, runs of several files, and one run that is undone: the table, its lines and the books
are those of a pipeline that never saw it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from sluice.engine.ledger.runs import Run
from sluice.errors import ConfigError
from sluice.pipelines import find
from tests.integration.undo.shop import HEAD, PRICES, UndoShop

TABLE = (
    "select p.id, p.price, p.name, regexp_replace(i.uri, '.*/', ''), p._line"
    " from {name} p join sluice.input i on i.id = p._input_id order by p.id"
)
# of each file the newest books that count: it may have been loaded again
BOOKS = (
    "select distinct on (1) regexp_replace(uri, '.*/', ''), read, loaded, updated, unchanged, duplicate, rejected"
    " from sluice.input where pipeline = '{name}' and state <> 'undone' order by 1, run_id desc"
)


class Twins:
    """Two pipelines with the same declaration."""

    def __init__(self, shop: UndoShop, on_conflict: str) -> None:
        self.shop = shop
        shop.declare(on_conflict)
        text = PRICES.format(on_conflict=on_conflict, snapshot="", dated="", more="")
        text = text.replace('"prices", key', '"twin", key').replace('Pipeline("prices"', 'Pipeline("twin"')
        (shop.folder / "declared" / "twin.py").write_text(HEAD + text.replace('"sums"', '"twin_sums"'))
        self.pipelines = {name: find(name) for name in ("prices", "twin")}

    def load(self, name: str, *paths: Path) -> Run:
        self.shop.engine.use(self.pipelines[name])
        return self.shop.load(*paths)

    def undo(self, run: Run, file: str | None = None) -> None:
        """Undo it, if it has loaded anything."""
        self.shop.engine.use(self.pipelines["prices"])
        try:
            self.shop.undo(run, file)
        except ConfigError as error:
            if "has loaded nothing of it" not in str(error):
                raise

    def of(self, name: str) -> list[list[tuple[object, ...]]]:
        return [self.shop.engine.sql(each.format(name=name)) for each in (TABLE, BOOKS)]


def _files(shop: UndoShop, random: Random, number: int) -> list[Path]:
    """One to three files of one run, with keys that repeat in and between files."""
    return [
        shop.file(
            f"{number}_{place}.csv",
            *(
                f"{random.randrange(9)},{random.randrange(2)},{random.choice('ab')}"
                for _ in range(random.randrange(1, 6))
            ),
        )
        for place in range(random.randrange(1, 4))
    ]


@pytest.mark.variants
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_a_run_that_is_undone_was_never_there(shop: UndoShop, on_conflict: str, seed: int) -> None:
    random = Random(f"{on_conflict} {seed}")
    twins = Twins(shop, on_conflict)
    listed = [_files(shop, random, number) for number in range(4)]
    wrong = random.randrange(4)
    runs = [twins.load("prices", *paths) for paths in listed]
    for number, paths in enumerate(listed):
        if number != wrong:
            twins.load("twin", *paths)
    # of an update later runs are undone first, and loaded again
    later = list(range(3, wrong, -1)) if on_conflict == "update" else []
    for number in (*later, wrong):
        twins.undo(runs[number])
    for number in reversed(later):
        twins.load("prices", *listed[number])
    assert twins.of("prices")[0] == twins.of("twin")[0]
    expected = {row[0]: row for row in twins.of("twin")[1]}
    found = {row[0]: row for row in twins.of("prices")[1]}
    assert {name: found[name] for name in expected} == expected


@pytest.mark.variants
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("on_conflict", ["keep", "update"])
def test_a_file_of_a_run_that_is_undone_was_never_there(shop: UndoShop, on_conflict: str, seed: int) -> None:
    random = Random(f"one file {on_conflict} {seed}")
    twins = Twins(shop, on_conflict)
    before, paths = _files(shop, random, 0), []
    while len(paths) < 2:
        paths = _files(shop, random, 1)
    wrong = random.choice(paths)
    for name in ("prices", "twin"):
        twins.load(name, *before)
    run = twins.load("prices", *paths)
    twins.load("twin", *(path for path in paths if path != wrong))
    twins.undo(run, wrong.name)
    assert twins.of("prices")[0] == twins.of("twin")[0]
