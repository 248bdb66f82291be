"""What passes through on its way to a file is counted, and after a failure nothing passes any more."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

from sluice.engine.export.target import Measured


def test_bytes_and_their_hash_are_those_of_the_file(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb") as file:
        sink = Measured(file, gzip=True)
        sink.write(b"a,b\n1,2\n")
        sink.finish()
    written = (tmp_path / "out").read_bytes()
    assert (sink.bytes, sink.sha256) == (len(written), hashlib.sha256(written).hexdigest())


def test_what_a_buffer_held_when_the_export_failed_goes_nowhere(tmp_path: Path) -> None:
    with (tmp_path / "out").open("wb", buffering=0) as file:
        sink = Measured(file, gzip=False)
        buffer = io.BufferedWriter(sink, 100)
        buffer.write(b"half a row")
        sink.give_up()
    buffer.close()  # as when it is collected: it writes what it holds, and the file is closed
    assert (tmp_path / "out").read_bytes() == b""
