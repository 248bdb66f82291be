"""The keeper: the process that owns the servers of a home. `python -m sluice.embedded.keeper HOME`

Its life cycle:

1. A client takes the shared lock on `clients.lock`, writes a request (`want.database`, `want.redis`) and,
   if `keeper.lock` is free, starts this module. It leaves the client's session at once: Ctrl-C and a
   closed terminal only affect the client.
2. It takes `keeper.lock`. If another keeper has it, that one will answer, and this one ends.
3. It ends servers that a killed keeper left under this home.
4. It answers requests: finds the programs, creates what is missing, starts the server, waits until it takes
   connections, and writes the URL, or the reason why not, to `state.json`.
5. It watches. A server that dies is started again on the same port: Redis empty, PostgreSQL with its data.
6. Four times a second it tries the exclusive lock on `clients.lock`. Getting it means that no client is left,
   whether they ended, failed or were killed; while it has the lock none can start. It removes its answers,
   stops the servers and ends, which frees the locks; a client that waited starts the next keeper.

SIGTERM, SIGINT and SIGHUP stop the servers regularly, even with clients; so does removing the folder.
When the keeper is killed with SIGKILL the kernel stops its servers (Linux); the next client starts a keeper.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from sluice.embedded import strays
from sluice.embedded.folder import NAMES, SETTINGS, Folder, State, is_same_file, lock
from sluice.embedded.postgres import Postgres
from sluice.embedded.redis import Redis
from sluice.embedded.server import Server
from sluice.errors import SluiceError

_OPEN: dict[str, Callable[[Path, Callable[[str], None]], Server]] = {
    "database": Postgres.open,
    "redis": Redis.open,
}
_BUSY_S, _IDLE_S = 0.02, 0.25
_LONGEST_RECOVERY_S = 600
_LOG_LIMIT = 1_000_000

logger = logging.getLogger("sluice.keeper")


class Keeper:
    """Starts, watches and stops the servers of one home. `descriptor` is that of `keeper.lock`."""

    def __init__(self, folder: Folder, descriptor: int) -> None:
        self.folder = folder
        self.servers: dict[str, Server] = {}
        self.state = State(keeper=os.getpid())
        self.stopping = False
        self._pending: set[str] = set()
        self._descriptor = descriptor
        self._published = ""

    def run(self) -> None:
        """Run until no client is left or a signal arrives."""
        for pid in strays.end(self.folder.path, self.folder.old_children()):
            logger.warning("ended process %d of an earlier keeper", pid)
        self.folder.forget_state()
        try:
            while not self.stopping and self.needed():
                self.answer()
                for server in list(self.servers.values()):
                    self.check(server)
                self.publish()
                waiting = not all(server.ready for server in self.servers.values())
                time.sleep(_BUSY_S if waiting else _IDLE_S)
        finally:
            self.close()

    def needed(self) -> bool:
        """Whether a client is left. Once there is none, none can start: the lock is kept until the end."""
        return self.owns_folder() and lock(self.folder.clients_lock, fcntl.LOCK_EX) is None

    def owns_folder(self) -> bool:
        """Whether the folder is still this keeper's: a recreated one is another keeper's."""
        return is_same_file(self.folder.keeper_lock, self._descriptor)

    def answer(self) -> None:
        """Start requested servers that are not running."""
        for name in NAMES:
            settings = self.folder.requested(name)
            if settings is None:
                continue
            self._pending.add(name)
            if name not in self.servers:
                self.state.failed.pop(name, None)
                self.begin(name, settings)

    def begin(self, name: str, settings: dict[str, str]) -> None:
        for each in SETTINGS:
            os.environ.pop(each, None)
        os.environ.update(settings)
        try:
            server = _OPEN[name](self.folder.path, self.say)
            server.start()
        except (SluiceError, OSError, subprocess.SubprocessError) as error:
            logger.exception("cannot start %s", name)
            self.state.failed[name] = str(error)
        else:
            self.servers[name] = server

    def check(self, server: Server) -> None:
        """Detect that a server became ready or died, and handle it."""
        try:
            if not server.running():
                self.handle_exit(server)
            elif not server.ready and not server.look():
                self.report_waiting(server)
        except (SluiceError, OSError, subprocess.SubprocessError) as error:
            if server.served:
                logger.exception("cannot restart %s yet", server.program.label)
            else:
                self.give_up(server, str(error))

    def handle_exit(self, server: Server) -> None:
        if not server.served:
            self.give_up(server, f"{server.program.label} ended as soon as it started:\n{server.log_tail()}")
            return
        log_tail = server.log_tail()
        if server.restart():
            logger.warning("%s died and is process %d now\n%s", server.program.label, server.pid, log_tail)
            self.say(f"starting {server.program.label} again")

    def give_up(self, server: Server, reason: str) -> None:
        logger.error("%s", reason)
        server.stop()
        strays.end(server.folder)
        del self.servers[server.name]
        self.state.failed[server.name] = reason

    def report_waiting(self, server: Server) -> None:
        waited = int(server.waited_s())
        if 5 <= waited < _LONGEST_RECOVERY_S:
            self.say(f"{server.program.label} is recovering, {waited // 5 * 5} s so far")

    def say(self, doing: str) -> None:
        self.state.doing = doing
        self.publish()

    def publish(self) -> None:
        """Write the answers if they changed, then remove the requests they answer."""
        self.state.ready = {server.name: server.url for server in self.servers.values() if server.ready}
        self.state.children = {server.name: server.pid for server in self.servers.values()}
        if repr(self.state) != self._published:
            try:
                self.folder.write_state(self.state)
            except OSError:
                # A full disk must not stop servers that run; the next round tries again.
                logger.exception("cannot write the state")
                return
            self._published = repr(self.state)
        for name in self._pending & {*self.state.ready, *self.state.failed}:
            self.folder.remove_request(name)
            self._pending.remove(name)

    def close(self) -> None:
        """Remove the answers and stop the servers."""
        if self.owns_folder():
            self.folder.forget_state()
        if self.owns_folder() and not self.stopping:
            # No client is left: these requests are of killed ones.
            for name in NAMES:
                self.folder.remove_request(name)
        for server in self.servers.values():
            server.stop()
            logger.info("stopped %s", server.program.label)
        if self.owns_folder():
            strays.end(self.folder.path, self.state.children.values())


def main() -> None:
    """Detach from the client, become the keeper unless there is one, and run."""
    os.umask(0o077)
    folder = Folder.of(Path(sys.argv[1]))
    descriptor = None if folder.keeper_lives() else _become_keeper(folder)
    # The child has the lock too: it is taken when a client that waits for the parent's end goes on.
    if descriptor is None or os.fork() != 0:
        return
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]
    _open_log()
    keeper = Keeper(folder, descriptor)

    def stop(_number: int, _frame: object) -> None:
        keeper.stopping = True

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, stop)
    # Signals that the client ignores or blocks are inherited.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    keeper.run()


def _become_keeper(folder: Folder) -> int | None:
    """Take the keeper's lock. Clients that check for a keeper lock it for moments, hence the tries."""
    for _ in range(10):
        descriptor = lock(folder.keeper_lock, fcntl.LOCK_EX)
        if descriptor is not None:
            return descriptor
        time.sleep(0.02)
    return None


def _open_log() -> None:
    log = os.fstat(sys.stderr.fileno())
    if stat.S_ISREG(log.st_mode) and log.st_size > _LOG_LIMIT:
        os.ftruncate(sys.stderr.fileno(), 0)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(process)d %(levelname)s %(message)s")
    # A full disk must not stop the keeper.
    logging.raiseExceptions = False


if __name__ == "__main__":
    main()
