"""The supervisor: keeps commands running, and stops all of them at its end.

A process that ends is started again after a pause that doubles from half a second to half a minute; after a minute of
running the pause is short again. A watched process that shows nothing for a minute (stopped, blocked) is killed. `run`
blocks until a signal arrives (`sluice worker`, `up`); as a context manager it is polled by the caller's loop (`sluice
run`). It has no thread, so that a fork is harmless.
"""

from __future__ import annotations

import contextlib
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from types import FrameType, TracebackType
from typing import Self

from sluice.stop_signals import STOP_SIGNALS, held_back
from sluice.workers.child import Child, Command

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0
STABLE_S = 60.0
GRACE_S = 30.0
SILENT_S = 60.0  # longer than any wait for Redis in an event loop
_TICK_S = 0.1


class Slot:
    """A command under the supervisor: the child that runs it now, or when the next one is due.

    `failures` counts the children in a row that did not run for a minute.
    """

    def __init__(self, command: Command, *, prefixed: bool) -> None:
        self.command = command
        self.child: Child | None = None
        self.failures = 0
        self.due = 0.0
        self._prefixed = prefixed
        self._started = 0.0

    def start_if_due(self) -> None:
        """Start the command if it is not running, is due, and is wanted."""
        if self.child is None and time.monotonic() >= self.due and self.is_wanted():
            self._started = time.monotonic()
            with held_back():
                self.child = Child(self.command, prefixed=self._prefixed)

    def is_wanted(self) -> bool:
        """Whether the command is to run at all."""
        return self.command.wanted is None or self.command.wanted()

    def check_silence(self) -> str | None:
        """Kill a watched child that does nothing any more. Returns a sentence about that."""
        if self.child is None or self.child.silent_s() < SILENT_S:
            return None
        self.child.kill()
        return f"{self.command.name} has not responded for {SILENT_S:g} s: it is killed"

    def check_exit(self) -> str | None:
        """A sentence about the child if it has just ended. Sets when the next one is due."""
        code = self.child.ended() if self.child is not None else None
        if code is None:
            return None
        self.child = None
        self.failures = 1 if time.monotonic() - self._started >= STABLE_S else self.failures + 1
        pause = min(SHORTEST_PAUSE_S * 2 ** (self.failures - 1), LONGEST_PAUSE_S)
        self.due = time.monotonic() + pause
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        log = f" (see {self.command.log})" if self.command.log is not None else ""
        return f"{self.command.name} {how}{log}; it starts again in {pause:g} s"


class Supervisor:
    """Keeps `commands` running. `say` is called with a sentence whenever one has ended."""

    def __init__(self, commands: Sequence[Command], *, say: Callable[[str], None], grace_s: float = GRACE_S) -> None:
        self.slots = [Slot(command, prefixed=len(commands) > 1) for command in commands]
        self._say = say
        self.grace_s = grace_s

    def __enter__(self) -> Self:
        try:
            self.poll()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self) -> signal.Signals:
        """Keep the commands running until a signal arrives; then stop them. Returns that signal."""
        with stop_signals() as signals:
            try:
                while True:
                    self.poll()
                    self._listen()
            except KeyboardInterrupt:
                return signals[0]
            finally:
                self.stop()

    def poll(self) -> None:
        """Start due commands, detect ended ones, pass on output. Call it several times a second."""
        for slot in self.slots:
            slot.start_if_due()
            if slot.child is not None:
                slot.child.pass_on()
            for sentence in (slot.check_silence(), slot.check_exit()):
                if sentence is not None:
                    self._say(sentence)

    def terminate_all(self) -> None:
        """Send SIGTERM to every child, without waiting for it."""
        for child in self._children():
            child.terminate()

    def stop(self) -> None:
        """Terminate every child; kill those that have not ended after the grace period, or at the next signal."""
        until = time.monotonic() + self.grace_s
        try:
            self.terminate_all()
            while self._running() and time.monotonic() < until:
                self._listen()
        except KeyboardInterrupt:
            pass  # a second signal: kill them now
        finally:
            for child in self._children():
                child.kill()
            for slot in self.slots:
                slot.child = None

    def _children(self) -> list[Child]:
        return [slot.child for slot in self.slots if slot.child is not None]

    def _running(self) -> list[Child]:
        return [child for child in self._children() if child.ended() is None]

    def _listen(self) -> None:
        """Wait a moment, less if a child writes output."""
        outputs = [child.output for child in self._running() if child.output is not None]
        if select.select(outputs, [], [], _TICK_S)[0]:
            for child in self._children():
                child.pass_on()


@contextlib.contextmanager
def stop_signals() -> Iterator[list[signal.Signals]]:
    """Inside, SIGTERM and SIGHUP raise KeyboardInterrupt as SIGINT does; the list has the signals that arrived.

    Main thread only.
    """
    signals: list[signal.Signals] = []

    def interrupt(number: int, _frame: FrameType | None) -> None:
        signals.append(signal.Signals(number))
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in STOP_SIGNALS}
    try:
        yield signals
    finally:
        for number, answer in before.items():
            signal.signal(number, answer)
