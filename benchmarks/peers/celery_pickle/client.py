"""Celery and pickle: a worker with two processes is started, then one chain for each chunk of each file.

client.py FILE ...
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from celery import group
from pickle_app import CHUNK, app, extract, load, transform

LONGEST_S = 1_800


def main() -> None:
    """Start the worker, say ready, load the files on a line of input, say done, and wait for the end."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "pickle_app",
        "worker",
        "--concurrency",
        "2",
        "--loglevel",
        "ERROR",
    ]
    options = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    worker = subprocess.Popen([*command, *options], cwd=Path(__file__).parent, stdin=subprocess.DEVNULL)
    try:
        while not app.control.ping(timeout=1.0):
            if worker.poll() is not None:
                raise SystemExit("The worker ended.")
        print("ready", flush=True)
        sys.stdin.readline()
        group(_chains(sys.argv[1:])).apply_async().get(timeout=LONGEST_S)
        print("done", flush=True)
        sys.stdin.read()
    finally:
        worker.terminate()
        worker.wait()


def _chains(files: list[str]) -> Iterator[Any]:
    for number, file in enumerate(files, 1):
        offset = 0
        with Path(file).open("rb") as lines:
            for line, text in enumerate(lines, 1):
                if line % CHUNK == 2:  # the first line is the header
                    yield extract.s(file, number, offset, line) | transform.s() | load.s()
                offset += len(text)


if __name__ == "__main__":
    main()
