"""The files of the trials, in batches: each is one run, and has calls, and accounts whose keys all batches share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random

from sluice.samples.call_logs import make_call_logs
from sluice.samples.calls import CUSTOMERS_PER_SWITCH, FIRST_CUSTOMER, SWITCHES
from sluice.samples.expected import Expected

BATCHES = 6
LEAST_ROWS, MOST_ROWS = 60, 5_000_000
CALLS_PER_ACCOUNT = 10
SHARE = 0.6  # of the accounts, in each file
PLANS = ("basic", "family", "business", "night", "prepaid")
SEED = 1  # of the files: they are the same for every seed of faults
CREDITS = 10  # few, so that some accounts are unchanged
HEADER = "customer_id,plan,credit\n"


@dataclass(frozen=True)
class Sample:
    """The batches in their order, each the files of a run, and what loading the calls must give."""

    batches: list[list[Path]]
    expected: Expected
    calls: int
    accounts: int  # rows of accounts over all files


def make_sample(folder: Path, rows: int) -> Sample:
    """Write `rows` calls, and a tenth as many accounts in each batch; the same arguments give the same bytes."""
    expected = make_call_logs(folder, rows=rows, files=BATCHES, seed=SEED)
    random = Random(SEED)
    batches, accounts = [], 0
    for number in range(1, BATCHES + 1):
        path = folder / f"accounts_{number:03d}.csv"
        accounts += _write_accounts(path, random, max(rows // CALLS_PER_ACCOUNT, 1))
        batches.append([folder / f"call_logs_{number:03d}.csv", path])
    return Sample(batches, expected, rows, accounts)


def _write_accounts(path: Path, random: Random, known: int) -> int:
    """A file with a part of the `known` accounts, some of them twice. Returns the number of rows."""
    customers = range(FIRST_CUSTOMER, FIRST_CUSTOMER + min(known, CUSTOMERS_PER_SWITCH * SWITCHES))
    chosen = [customer for customer in customers if random.random() < SHARE] or [FIRST_CUSTOMER]
    chosen += chosen[:: len(chosen) // 20 + 1]  # the later line has the account
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(HEADER)
        for customer in chosen:
            plan, credit = PLANS[int(random.random() * len(PLANS))], int(random.random() * CREDITS)
            file.write(f"{customer},{plan},{credit * 25}.00\n")
    return len(chosen)
