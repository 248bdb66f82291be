"""One object store for the session, a bucket of its own for each test, and this process set up to use it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from s3fs import S3FileSystem

from tests.kit.object_store import ObjectStore, running

_numbers = itertools.count(1)


@dataclass
class Bucket:
    """A bucket of the store: its name, its address, and a client that knows nothing of ours."""

    name: str
    store: ObjectStore

    @property
    def uri(self) -> str:
        return f"s3://{self.name}"

    def fill(self, *keys: str, **objects: bytes) -> None:
        """Objects that hold their own name, and objects that hold what is said."""
        self.store.fill(self.name, {key: key.encode() for key in keys} | objects)

    def put(self, key: str, body: bytes) -> None:
        self.store.s3.put_object(Bucket=self.name, Key=key, Body=body)

    def get(self, key: str) -> bytes:
        body: bytes = self.store.s3.get_object(Bucket=self.name, Key=key)["Body"].read()
        return body

    def head(self, key: str) -> dict[str, Any]:
        return dict(self.store.s3.head_object(Bucket=self.name, Key=key))


@pytest.fixture(scope="session")
def object_store() -> Iterator[ObjectStore]:
    with running() as store:
        yield store


@pytest.fixture
def bucket(object_store: ObjectStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket; this process has the keys to it."""
    for name, value in object_store.env.items():
        monkeypatch.setenv(name, value)
    made = Bucket(f"bucket-{next(_numbers)}", object_store)
    object_store.s3.create_bucket(Bucket=made.name)
    S3FileSystem.clear_instance_cache()
    yield made
    S3FileSystem.clear_instance_cache()
