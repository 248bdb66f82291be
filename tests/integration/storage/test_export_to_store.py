"""Exports to an object store: the object is there when it is whole, and what is wrong is one sentence."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sluice.engine.export import ExportRequest, Form, export_tables
from sluice.errors import NotHere, TransientError
from tests.integration.storage.conftest import Bucket
from tests.kit.in_process import InProcess
from tests.kit.ports import free_port


@pytest.fixture
def numbers(engine: InProcess) -> InProcess:
    engine.sql("create table numbers as select n::bigint as n, repeat('x', 200) as t from generate_series(1, 20000) n")
    return engine


def test_an_object_holds_the_table(numbers: InProcess, bucket: Bucket, tmp_path: Path) -> None:
    uris = [f"{bucket.uri}/out/{name}" for name in ("n.csv", "n.parquet")]
    (csv,) = export_tables([ExportRequest("numbers", ("n",), uris[0])], Form("csv", ordered=True))
    export_tables([ExportRequest("numbers", ("n",), uris[1])], Form("parquet", ordered=True))
    data = bucket.get("out/n.csv")
    assert (csv.bytes, csv.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert data.decode() == "n,t\n" + "".join(f"{n},{'x' * 200}\n" for n in range(1, 20_001))
    found = pq.read_table(io.BytesIO(bucket.get("out/n.parquet")))
    assert found.column("n").to_pylist() == list(range(1, 20_001))
    assert list((tmp_path / "exports").iterdir()) == []


def test_a_bucket_that_is_not_there_is_told(numbers: InProcess, bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(NotHere, match="there is no such object, or no such bucket"):
        export_tables([ExportRequest("numbers", ("n",), "s3://no-such-bucket/n.csv")], Form())
    assert list((tmp_path / "exports").iterdir()) == []


@pytest.mark.slow
def test_a_store_that_is_away_is_told(numbers: InProcess, bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TransientError, match="the object store does not answer"):
        export_tables([ExportRequest("numbers", ("n",), f"{bucket.uri}/n.csv")], Form())
