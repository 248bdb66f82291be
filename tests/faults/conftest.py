"""Servers of this folder's own: its tests kill, empty and restart them, and nobody else must notice."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sluice.embedded import Servers
from tests.faults import recovery
from tests.faults.building import Building
from tests.faults.sample import Sample, make_sample
from tests.faults.servers import Processes
from tests.faults.shop import Shop, make_shop
from tests.faults.trial import Trial
from tests.kit.servers import ledger_only, running_servers
from tests.kit.stack import Stack, own_database

FOLDER = Path(__file__).parent
_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make faults` asks for. Only known when this folder is named on the command line."""
    group = parser.getgroup("faults")
    group.addoption("--repeat", type=int, default=1, metavar="N", help="run each fault N times")
    group.addoption("--recovery", action="store_true", help="end with a table of how long each fault took to recover")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test as often as `--repeat` says."""
    times = metafunc.config.getoption("repeat", 1)
    if times > 1:
        metafunc.fixturenames.append("repetition")
        metafunc.parametrize("repetition", range(times), ids=lambda number: f"repetition {number + 1}")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The table, if it was asked for."""
    if config.getoption("recovery", False):
        reports = [each for found in terminalreporter.stats.values() for each in found if hasattr(each, "when")]
        terminalreporter.section("faults")
        for line in recovery.lines(reports) if reports else recovery.no_fault(config.getoption("keyword"), FOLDER):
            terminalreporter.write_line(line)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of a fault in several variants all but the first are slow: `make test` leaves them to `make test-all`."""
    for item in items:
        variant = getattr(item, "callspec", None)
        if FOLDER not in item.path.parents or variant is None:
            continue
        if any(index for name, index in variant.indices.items() if name != "repetition"):
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def processes() -> Iterator[Processes]:
    """PostgreSQL and Redis as processes that may be killed; their keeper starts them again on the same port."""
    with running_servers("sluice-faults-") as (home, started):
        yield Processes(home, started)


@pytest.fixture(scope="session")
def servers(processes: Processes) -> Servers:
    """Takes the place of the session's servers, for this folder."""
    return processes.servers


@pytest.fixture(scope="session")
def migrated(servers: Servers) -> Iterator[str]:
    """The ledger on these servers: how it is made is not what these tests are about."""
    with ledger_only(servers, f"migrated_{os.getpid()}") as name:
        yield name


@pytest.fixture
def database_url(servers: Servers, migrated: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of its own, with the ledger unless the test has the mark `empty_database`."""
    template = "template1" if request.node.get_closest_marker("empty_database") else migrated
    with own_database(servers.database_url, f"test_{os.getpid()}_{next(_numbers)}", template) as url:
        yield url


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """30,000 records in two files: 90 parts of 16 KiB. Tests that change a file make their own."""
    return make_sample(tmp_path_factory.mktemp("sample"), rows=30_000)


@pytest.fixture
def stack(processes: Processes, database_url: str, tmp_path: Path) -> Iterator[Stack]:
    """A stack on the servers of this folder, healthy and empty; its workers end with SIGKILL, which is quicker."""
    processes.heal()
    made = Stack(tmp_path, database_url, processes.servers.redis_url, (0, 1))
    made.redis().flushall()
    made.env["SLUICE_PART_BYTES"] = "16384"
    try:
        yield made
    finally:
        processes.heal()
        made.close()


@pytest.fixture
def trial(stack: Stack, sample: Sample, request: pytest.FixtureRequest) -> Iterator[Trial]:
    """The sample on its way through the stack, to be disturbed; how long it took to recover is recorded."""

    with Trial(stack, sample, _recorder(request)) as made:
        yield made


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """1,500 customers with 18,000 rows: 12 parts of 64 KiB."""
    return make_shop(tmp_path_factory.mktemp("shop"), customers=1_500, seed=3)


@pytest.fixture
def building(stack: Stack, shop: Shop, request: pytest.FixtureRequest) -> Iterator[Building]:
    """The shop on its way through the stack, to be disturbed."""
    stack.env["SLUICE_PART_BYTES"] = "65536"
    with Building(stack, shop, _recorder(request)) as made:
        yield made


def _recorder(request: pytest.FixtureRequest) -> Callable[[str, float], None]:
    def record(name: str, seconds: float) -> None:
        request.node.user_properties.append((name, seconds))  # what record_property does, and junit xml shows
        print(f"{name} {seconds:6.1f}  {request.node.name}")

    return record
