"""An object store that speaks S3: moto's server, as a process of its own, with made-up keys."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from tests.kit.stack import until

KEYS = {
    "AWS_ACCESS_KEY_ID": "made-up-key",
    "AWS_SECRET_ACCESS_KEY": "made-up-secret",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}


class ObjectStore:
    """A running server. `env` is what a program needs to use it; `s3` is a client that knows nothing of ours."""

    def __init__(self, url: str) -> None:
        self.env = KEYS | {"AWS_ENDPOINT_URL": url}
        self.s3: Any = boto3.client(
            "s3",
            endpoint_url=url,
            region_name=KEYS["AWS_DEFAULT_REGION"],
            aws_access_key_id=KEYS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=KEYS["AWS_SECRET_ACCESS_KEY"],
        )

    def fill(self, bucket: str, objects: dict[str, bytes]) -> None:
        """Make a bucket, where it is not there, that holds these objects."""
        self.s3.create_bucket(Bucket=bucket)
        for key, body in objects.items():
            self.s3.put_object(Bucket=bucket, Key=key, Body=body)


@contextmanager
def running() -> Iterator[ObjectStore]:
    """A server on a port of its own, for as long as the block lasts."""
    with tempfile.TemporaryFile() as log:
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        process = subprocess.Popen(command, stdout=log, stderr=log)

        def address() -> re.Match[bytes] | None:
            if process.poll() is not None:
                raise AssertionError(f"the object store ended with {process.returncode}")
            log.seek(0)
            return re.search(rb"Running on (http://127\.0\.0\.1:\d+)", log.read())

        try:
            store = ObjectStore(until(address, 30, "an object store")[1].decode())
            yield store
            store.s3.close()
        finally:
            process.terminate()
            process.wait(10)
