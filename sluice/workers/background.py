"""What a worker does besides tasks: four threads in its main process, and a reset of state in its children.

One dispatches, one runs the gate (gate.py), one kills processes whose pipeline's code takes too long,
and one shows the supervisor that the event loop runs (pulse.py).
With these threads `celery -A sluice.app worker` recovers from failures without beat or an operator.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
from billiard import current_process
from celery import signals

from sluice.engine.base import own_code
from sluice.engine.base.identity import become_main, holder, is_my_child
from sluice.engine.base.settings import settings
from sluice.engine.database.connection import DatabaseAway, drop_connection, transaction
from sluice.engine.ledger import steps
from sluice.engine.ledger.cleanup.purge import purge_kept
from sluice.engine.ledger.workers import return_turn, take_turn
from sluice.engine.registry import Declared
from sluice.engine.steps.again.redeclare import note_declared
from sluice.engine.steps.dispatch import recover
from sluice.errors import ConfigError, SluiceError, TransientError
from sluice.pipelines import broken, known_declared
from sluice.workers.broker.queues import remove_wrong_types
from sluice.workers.broker.remote_control import narrow
from sluice.workers.gate import gate
from sluice.workers.memory import keep_freed_memory
from sluice.workers.publish import dispatch_due
from sluice.workers.pulse import pulse
from sluice.workers.results import use_resumed_results

log = logging.getLogger(__name__)
QUIET_S = 30.0
CHECK_S = 10.0  # between two looks at the types of keys in Redis
WATCH_S = 0.5
PURGE_S = 600.0  # between two looks for rows that were kept for `undo` long enough
TURN = 0.8  # of the interval of dispatch, which one worker does for all: the next turn, even of the same worker
_DISPATCH = "dispatch"
_stop = threading.Event()
_threads: list[threading.Thread] = []


@signals.celeryd_init.connect
def _before_fork(**_: Any) -> None:
    become_main()
    pulse.begin()
    own_code.share()
    try:
        gate.begin()
    except ConfigError as error:
        print(f"error: {error}", file=sys.stderr, flush=True)  # logging is set up later
        raise SystemExit(2) from None
    narrow()
    use_resumed_results()
    pa.set_cpu_count(1)  # one child is one core's worth of work
    pa.set_io_thread_count(1)
    keep_freed_memory()


@signals.worker_ready.connect
def _start_dispatching(**_: Any) -> None:
    _stop.clear()
    for name, work in (
        ("dispatch", _dispatch_until_stopped),
        ("gate", _keep_gate),
        ("watch", _watch),
        ("pulse", _beat),
    ):
        thread = threading.Thread(target=work, name=name, daemon=True)
        _threads.append(thread)
        thread.start()


@signals.heartbeat_sent.connect
def _touch_alive_file(**_: Any) -> None:
    """Touch the alive file from the main process's event loop, whose heartbeat stops without a connection to Redis."""
    path = settings().alive_path
    if path is not None:
        with contextlib.suppress(OSError):  # a full disk must not end the worker
            path.touch()


@signals.worker_shutting_down.connect
def _stop_dispatching(**_: Any) -> None:
    _stop.set()


@signals.worker_process_init.connect
def _after_fork(**_: Any) -> None:
    own_code.take_slot(getattr(current_process(), "index", own_code.NO_SLOT))
    pa.set_cpu_count(1)


@signals.worker_process_shutdown.connect
def _close(**_: Any) -> None:
    with contextlib.suppress(SluiceError):  # PostgreSQL is away: the leases run out
        steps.release_process()
    drop_connection()


class DeclarationWatch:
    """Records this worker's declarations in the ledger, which decides by these records which one is newer."""

    def __init__(self) -> None:
        self._known: dict[str, Declared] = {}
        self._broken: set[str] = set()
        self._began = False

    def look(self) -> None:
        """Record new and changed declarations. Those at the worker's start may be older than other workers' ones: they
        are dated by their files. Later ones are in use since they were read."""
        for name, declared in known_declared().items():
            if self._known.get(name) is not declared:
                since = declared.read_at if self._began else min(declared.read_at, declared.edited_at)
                with transaction() as cursor:
                    note_declared(cursor, declared, ago_s=time.time() - since, again=self._began)
                self._known[name] = declared
        for sentence in set(broken()) - self._broken:
            log.warning("a pipeline is left out: %s", sentence)
        self._broken = set(broken())
        self._began = True


class KeptPurge:
    """Deletes what was kept so that runs could be undone, once its time is over; one worker does it for all."""

    def __init__(self) -> None:
        self._looked = -PURGE_S

    def look(self) -> None:
        """Do it, if it is time."""
        if time.monotonic() - self._looked < PURGE_S:
            return
        self._looked = time.monotonic()
        if take_turn("purge_kept", TURN * PURGE_S):
            purge_kept()


@contextlib.contextmanager
def _turn() -> Iterator[bool]:
    """Whether this worker is to do now what one does for all of them.

    One that fails returns its turn: maybe Redis is away for this worker only, and it would have most turns again.
    """
    turn = take_turn(_DISPATCH, TURN * settings().dispatch_every_s)
    try:
        yield turn
    except Exception:  # whatever it is: it is raised again
        if turn:
            with contextlib.suppress(SluiceError):  # PostgreSQL is away, for all of them
                return_turn(_DISPATCH)
        raise


def _dispatch_until_stopped() -> None:
    complained, checked = 0.0, 0.0
    trusted = 0.0  # from when on an expired lease means that its worker is gone
    declarations, purging = DeclarationWatch(), KeptPurge()
    while not _stop.wait(settings().dispatch_every_s):
        if gate.closed is not None:
            continue
        try:
            if time.monotonic() - checked > CHECK_S:
                checked = time.monotonic()
                remove_wrong_types()
            with _turn() as turn:
                if recover(leases=time.monotonic() >= trusted, for_all=turn) or turn:
                    dispatch_due()
            purging.look()
            declarations.look()
        except (TransientError, ConfigError) as error:
            if isinstance(error, DatabaseAway):  # workers extend their leases, each third of a lease, once it is back
                trusted = time.monotonic() + settings().lease_s / 2
            if time.monotonic() - complained > QUIET_S:
                log.warning("steps cannot be dispatched now: %s", error)
                complained = time.monotonic()
        except SluiceError:
            log.exception("dispatching failed; it is tried again")
        except Exception:  # this thread is what recovers everything else: it must not end
            log.exception("dispatching failed; it is tried again")
    drop_connection()


def _keep_gate() -> None:
    gate.keep(_stop)


def _watch() -> None:
    """Kill processes that run a pipeline's code for too long; also while the worker is shutting down."""
    watch, last = own_code.Watch(), time.monotonic()
    while True:
        time.sleep(WATCH_S)
        now = time.monotonic()
        late = watch.late(min(now - last, 2 * WATCH_S))  # when this process was stopped, so was the code
        last = now
        for section in late:
            try:
                _end(section)
            except SluiceError as error:
                log.debug("not killed yet: %s", error)  # PostgreSQL is away: nothing else could continue either
            except Exception:  # this thread must not end
                log.exception("a process could not be killed; it is tried again")


def _beat() -> None:
    while True:
        time.sleep(WATCH_S)
        try:
            pulse.beat(ending=_stop.is_set())
        except Exception:  # without this thread the worker would be taken for a blocked one
            log.exception("the pulse failed; it is tried again")


def _end(section: own_code.Section) -> None:
    if not is_my_child(section.pid):
        own_code.Watch.forget(section)
        return
    steps.fail_process(holder(section.pid), section.reason)
    drop_connection()
    if own_code.Watch.is_on(section):
        log.error("process %s is killed: %s", section.pid, section.reason)
        os.kill(section.pid, signal.SIGKILL)
