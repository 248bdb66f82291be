"""Programs that drop files into a folder in bursts, and write each of them slowly, in pieces that end within a line."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HEADER = "id,note\n"
ROWS = 20


def rows_of(number: int) -> list[tuple[int, str]]:
    """The rows of a file: no other file has one of them."""
    return [(number * ROWS + row, f"note {number}.{row}") for row in range(ROWS)]


def text_of(number: int) -> str:
    return HEADER + "".join(f"{key},{note}\n" for key, note in rows_of(number))


class SlowWriters:
    """`writers` threads; `ended` has when each file was whole, by its path."""

    def __init__(self, folder: Path, writers: int, pause_s: float, seed: int = 1) -> None:
        self.folder = folder
        self.ended: dict[str, float] = {}
        self._pool = ThreadPoolExecutor(writers, "writer")
        self._pause_s = pause_s
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def burst(self, numbers: range) -> None:
        """Write these files, and return when they are whole."""
        jobs = [self._pool.submit(self._write, number, self._cuts(number)) for number in numbers]
        for job in jobs:
            job.result()

    def _cuts(self, number: int) -> list[int]:
        text = text_of(number)
        within = [place for place in range(1, len(text) - 1) if text[place - 1] != "\n"]
        return sorted(self._chance.sample(within, 3))

    def _write(self, number: int, cuts: list[int]) -> None:
        text, path = text_of(number), self.folder / f"drop_{number}.csv"
        with path.open("w") as file:
            for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
                file.write(text[start:end])
                file.flush()
                if end < len(text):
                    time.sleep(self._pause_s)
        with self._lock:
            self.ended[str(path)] = time.time()
