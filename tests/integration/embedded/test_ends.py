"""However its last client ends, nothing of a home stays behind."""

from __future__ import annotations

import signal

import pytest

from tests.integration.embedded.homes import Home, open_port, processes_of, until


@pytest.mark.parametrize(
    ("how", "code"),
    [
        ("end of input", 0),
        ("raise", 1),
        (signal.SIGINT, -signal.SIGINT),
        (signal.SIGTERM, -signal.SIGTERM),
        (signal.SIGKILL, -signal.SIGKILL),
    ],
)
@pytest.mark.variants
def test_the_servers_are_gone_after(home: Home, how: signal.Signals | str, code: int) -> None:
    client = home.client()
    assert len(processes_of(home.path)) > 3
    assert client.leave(how) == code

    home.gone()
    assert not any(open_port(url) for url in client.urls)


def test_nothing_stays_when_the_client_is_killed_while_the_servers_start(home: Home) -> None:
    client = home.start()
    until((home.path / "servers" / "state.json").exists)
    client.process.kill()
    client.process.wait()
    home.gone()

    assert home.client().urls[0].startswith("postgresql://sluice:")


def test_sigterm_to_the_keeper_stops_the_servers_of_a_living_client_which_may_call_them_back(home: Home) -> None:
    client = home.client()
    keeper = home.signal("keeper", signal.SIGTERM)
    until(lambda: keeper not in processes_of(home.path))
    assert not any(open_port(url) for url in client.urls)

    assert tuple(client.order("attach")) == client.urls
    client.leave()
    home.gone()


def test_a_process_that_closed_all_its_files_to_go_into_the_background_may_attach_again(home: Home) -> None:
    client = home.client()
    client.order("close")
    until(lambda: list(processes_of(home.path)) == [client.process.pid])

    assert tuple(client.order("attach")) == client.urls
    assert open_port(client.urls[0])
    client.leave()
    home.gone()
