"""A client program that is started beforehand, says `ready`, does its work on a line of input, and says `done`.

It is still there when its time and memory are read: it ends when its input is closed.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from sluice.errors import SluiceError


class ClientFailed(SluiceError):
    """A client ended before it had said what it should. The message carries its last words."""


class Client:
    """One such process. Both of its outputs are read as one."""

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str]) -> None:
        self._name = " ".join(argv[:3])  # the program, without all its files
        self._process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(environ),
            start_new_session=True,  # what it starts itself ends with it
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, *lines: str) -> None:
        """Write lines to its input."""
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{line}\n" for line in lines))
        self._process.stdin.flush()

    def expect(self, word: str) -> None:
        """Wait until it says `word` on a line of its own. Raises ClientFailed if it ends instead."""
        assert self._process.stdout is not None
        said: list[str] = []
        for line in self._process.stdout:
            if line.strip() == word:
                return
            said.append(line)
        raise ClientFailed(f"{self._name} ended without saying {word!r}:\n{''.join(said[-5:])}")
