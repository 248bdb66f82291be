"""Other commands of `sluice`, as a person would type them: to their end, or until a signal."""

from __future__ import annotations

import http.client
import signal
import socket
import time

import typer

from sluice.cli.exits import Exit
from sluice.cli.output import say
from sluice.errors import ConfigError, PermanentError
from sluice.search_path import child_environ, python
from sluice.workers.child import Child, Command
from sluice.workers.supervisor import Supervisor

HOST, USUAL_PORT = "127.0.0.1", 8000
READY_S, POLL_S = 60.0, 0.1


def run_to_end(*words: str) -> None:
    """Run `sluice WORDS` and wait; its output is shown here. Raises PermanentError unless it ends well."""
    child = Child(_command(*words))
    try:
        while (code := child.ended()) is None:
            time.sleep(POLL_S)
    finally:
        child.kill()
    if code:
        raise PermanentError(f"`sluice {' '.join(words)}` ended with exit code {code}: the reason is above.")


def serve_until_signal(port: int, token: str) -> None:
    """Run `sluice serve` until a signal, and print example requests once it answers.

    Raises PermanentError when it does not come up. Ends with exit code 130 on Ctrl-C.
    """
    with Supervisor([_command("serve", "--host", HOST, "--port", str(port))], say=say) as supervisor:
        _await_answer(supervisor, port)
        request = f"curl -H 'Authorization: Bearer {token}' 'http://{HOST}:{port}"
        say(f"\ntry it in another terminal (stop with Ctrl-C):\n\n  {request}/preprocessed?limit=2'")
        say(f"  {request}/prices/products/?limit=5'\n")
        if supervisor.run() is signal.SIGINT:
            raise typer.Exit(Exit.INTERRUPTED)


def free_port(wanted: int | None) -> int:
    """The given port, else the usual one, else a free one. Raises ConfigError when it is in use."""
    for port in (wanted or USUAL_PORT, 0):
        with socket.socket() as probe:
            probe.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # a connection that has just ended does not block the port
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if wanted is not None:
                    raise ConfigError(f"Port {wanted} is in use: name another with --port.") from error
            else:
                return int(probe.getsockname()[1])
    raise ConfigError(f"There is no free port on {HOST}.")


def _command(*words: str) -> Command:
    return Command(words[0], python("sluice", *words), child_environ() | {"PYTHONUNBUFFERED": "1"})


def _await_answer(supervisor: Supervisor, port: int) -> None:
    until = time.monotonic() + READY_S
    while not _answers(port):
        supervisor.poll()
        if any(slot.failures for slot in supervisor.slots) or time.monotonic() > until:
            raise PermanentError("`sluice serve` did not come up: the reason is above.")
        time.sleep(POLL_S)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
