"""Runs over the API: listed, looked at, queued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sluice.engine.base.settings import settings
from sluice.pipelines import find
from tests.integration.web.conftest import READ, WRITE, client
from tests.kit.in_process import InProcess

HEADER = "customer_id,call_cost,call_destination,call_date,call_duration\n"
GOOD = "7,$1.50,Kigali,2024-01-15 12:30:00,00:02:10\n"
BAD = "8,$1.50,Lagos,2024-01-15 12:30:00,00:75:00\n"


@pytest.fixture
def inbox(served: InProcess) -> Path:
    folder = Path(settings().inbox) / "call_logs"
    folder.mkdir()
    (folder / "calls.csv").write_text(HEADER + GOOD + BAD + "9,oops,Lagos,2024-01-15 12:31:00,00:01:00\n")
    return folder


@pytest.fixture
def finished(served: InProcess, inbox: Path) -> int:
    served.use(find("call_logs"))
    run = served.register(inbox / "calls.csv")
    served.finish(run)
    return run.id


def test_a_run_has_its_books_and_no_path_of_the_machine(finished: int) -> None:
    with client() as api:
        found = api.get(f"/runs/{finished}")
    body = found.json()
    (each,) = body["first_inputs"]
    assert (body["state"], body["inputs"], body["read"], body["loaded"], body["rejected"]) == ("done", 1, 3, 1, 2)
    assert (each["file"], each["source"], each["state"], each["rejected"]) == (
        "call_logs/calls.csv",
        "files",
        "done",
        2,
    )
    assert (body["builds"], body["dead_steps"], body["as_of"]) == ([], 0, None)
    assert settings().inbox not in found.text


def test_an_ended_run_counts_its_rejects_by_column_and_code(served: InProcess, inbox: Path) -> None:
    (inbox / "bad.csv").write_text(HEADER.strip() + ",mood\n" + 3 * BAD.replace("\n", ",x\n"))
    (inbox / "again.csv").write_text(HEADER + GOOD.replace("$1.50", "$9.00"))
    served.use(find("call_logs"))
    run = served.register(inbox / "calls.csv", inbox / "bad.csv", inbox / "again.csv")
    with client() as api:
        before = api.get(f"/runs/{run.id}").json()
        served.finish(run)
        found = api.get(f"/runs/{run.id}")
    body = found.json()
    assert (before["reasons"], before["inputs_failed"]) == (None, 0)
    assert [(each["rows"], each["code"], each["column"], each["file"], each["line"]) for each in body["reasons"]] == [
        (4, "bad_duration", "call_duration_s", "call_logs/calls.csv", 3),
        (1, "key_conflict", None, "call_logs/again.csv", 2),
        (1, "not_money", "call_cost_usd", "call_logs/calls.csv", 4),
    ]
    assert body["reasons"][0]["reason"] == "call_duration_s: '00:75:00' is not a duration (HH:MM:SS)."
    assert [(each["state"], each["error_code"]) for each in body["first_inputs"]] == [
        ("done", None),
        ("failed", "nothing_loaded"),
        ("failed", "nothing_loaded"),
    ]
    assert (body["state"], body["inputs_failed"]) == ("done", 2)
    note = "Columns that the pipeline does not know were ignored: mood."
    assert body["notes"] == [{"note": note, "inputs": 1}]
    assert body["first_inputs"][1]["note"] == note
    assert settings().inbox not in found.text


def test_the_run_that_loaded_the_same_content_is_named(finished: int, served: InProcess, inbox: Path) -> None:
    run = served.register(inbox / "calls.csv")
    served.finish(run)
    with client() as api:
        (each,) = api.get(f"/runs/{run.id}").json()["first_inputs"]
    assert (each["state"], each["same_as_run"]) == ("already_loaded", finished)


def test_rejects_come_in_pages_by_line(finished: int) -> None:
    with client() as api:
        first = api.get(f"/runs/{finished}/rejects", params={"limit": 1}).json()
        second = api.get(f"/runs/{finished}/rejects", params={"limit": 1, "cursor": first["next"]}).json()
        chosen = api.get(f"/runs/{finished}/rejects", params={"code": "bad_duration"}).json()
    (reject,) = first["items"]
    assert (reject["file"], reject["line"], reject["column"], reject["code"]) == (
        "call_logs/calls.csv",
        3,
        "call_duration_s",
        "bad_duration",
    )
    assert [each["line"] for each in second["items"]] == [4]
    assert second["next"] is None
    assert chosen["items"] == [reject]


def test_the_file_of_a_key_conflict_has_no_path_either(served: InProcess, inbox: Path) -> None:
    (inbox / "again.csv").write_text(HEADER + GOOD.replace("$1.50", "$9.00"))
    served.use(find("call_logs"))
    run = served.register(inbox / "calls.csv", inbox / "again.csv")
    served.finish(run)
    with client() as api:
        found = api.get(f"/runs/{run.id}/rejects", params={"code": "key_conflict"})
    (reject,) = found.json()["items"]
    assert "in line 2 of calls.csv" in reject["reason"]
    assert settings().inbox not in found.text


def test_a_reject_names_the_row_that_its_reason_refers_to(served: InProcess, inbox: Path) -> None:
    (inbox / "again.csv").write_text(HEADER + GOOD.replace("$1.50", "$9.00") + BAD)
    (inbox / "twice.csv").write_text(HEADER + (five := GOOD.replace("7,", "5,")) + five.replace("$1.50", "$2.00"))
    served.use(find("call_logs"))
    run = served.register(inbox / "calls.csv", inbox / "again.csv", inbox / "twice.csv")
    served.finish(run)
    with client() as api:
        found = api.get(f"/runs/{run.id}/rejects")
        whole = api.get(f"/runs/{run.id}").json()
    first, _, third = (each["input"] for each in whole["first_inputs"])
    items = found.json()["items"]
    assert [(each["code"], each["other_input"], each["other_file"], each["other_line"]) for each in items] == [
        ("bad_duration", None, None, None),
        ("not_money", None, None, None),
        ("key_conflict", first, "call_logs/calls.csv", 2),
        ("bad_duration", None, None, None),
        ("key_conflict", third, "call_logs/twice.csv", 2),
    ]
    assert {
        (each["code"], each["other_input"], each["other_file"], each["other_line"]) for each in whole["reasons"]
    } == {
        ("bad_duration", None, None, None),
        ("not_money", None, None, None),
        ("key_conflict", first, "call_logs/calls.csv", 2),
    }


def test_runs_are_listed_newest_first_in_pages(served: InProcess, inbox: Path) -> None:
    served.use(find("call_logs"))
    ids = [served.register(inbox / "calls.csv").id for _ in range(3)]
    with client() as api:
        first = api.get("/runs", params={"limit": 2}).json()
        second = api.get("/runs", params={"limit": 2, "cursor": first["next"]}).json()
        none = api.get("/runs", params={"pipeline": "customer_ltv"}).json()
    assert [each["run"] for each in first["items"]] == [ids[2], ids[1]]
    assert [each["run"] for each in second["items"]] == [ids[0]]
    assert none == {"items": [], "next": None}


def test_a_run_that_is_not_there_is_404(served: InProcess) -> None:
    with client() as api:
        for path in ("/runs/999", "/runs/999/rejects"):
            found = api.get(path)
            assert (found.status_code, found.json()["detail"]) == (404, "There is no run 999.")


def test_a_file_of_the_inbox_is_queued(inbox: Path) -> None:
    with client(WRITE) as api:
        answer = api.post("/runs", json={"pipeline": "call_logs", "files": ["call_logs/calls.csv"]})
        number = answer.json()["run"]
        found = api.get(answer.headers["Location"]).json()
    assert (answer.status_code, answer.json()) == (202, {"run": number, "pipeline": "call_logs"})
    assert (found["state"], found["first_inputs"][0]["file"]) == ("running", "call_logs/calls.csv")


@pytest.mark.parametrize(
    "name",
    ["../secret.csv", "/etc/passwd", "call_logs/../../secret.csv", "call_logs//calls.csv", "call_logs\\calls.csv",
     "~/x", "call_logs/*.csv", "call_logs/link.csv", "call_logs/missing.csv", "call_logs", "s3://bucket/x.csv", "-",
     "x\ny", "call_logs/calls.csv::member", "file:///etc/passwd"],
)  # fmt: skip
def test_nothing_but_a_file_below_the_inbox_can_be_named(inbox: Path, name: str) -> None:
    (inbox.parent.parent / "secret.csv").write_text(HEADER + GOOD)
    (inbox / "link.csv").symlink_to(inbox.parent.parent / "secret.csv")
    with client(WRITE) as api:
        found = api.post("/runs", json={"pipeline": "call_logs", "files": [name]})
    assert (found.status_code, found.json()["errors"][0]["name"]) == (422, "files")
    assert str(inbox.parent) not in found.text


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"pipeline": "nope"}, "pipeline"),
        ({"pipeline": "call_logs", "files": "calls.csv"}, "files"),
        ({"pipeline": "call_logs", "reload": True}, "reload"),
        ({"pipeline": "customer_ltv", "as_of": "yesterday"}, "as_of"),
        ({"pipeline": "a\0b"}, "pipeline"),
        ({}, "pipeline"),
    ],
)
def test_a_body_that_is_wrong_is_told_where(served: InProcess, body: dict[str, Any], name: str) -> None:
    with client(WRITE) as api:
        found = api.post("/runs", json=body)
    assert (found.status_code, [each["name"] for each in found.json()["errors"]]) == (422, [name])


@pytest.mark.parametrize("body", [{"pipeline": "call_logs"}, {"pipeline": "customer_ltv"}])
def test_a_run_that_cannot_be_is_refused_with_the_reason(served: InProcess, body: dict[str, Any]) -> None:
    with client(WRITE) as api:
        found = api.post("/runs", json=body)
    assert (found.status_code, found.json()["code"]) == (422, "cannot_run")


def test_a_date_after_tomorrow_must_be_allowed(served: InProcess) -> None:
    body = {"pipeline": "customer_ltv", "as_of": "2924-12-31"}
    with client(WRITE) as api:
        refused = api.post("/runs", json=body)
        allowed = api.post("/runs", json=body | {"allow_future": True})
        wrong = api.post("/runs", json=body | {"allow_future": "yes"})
    assert (refused.status_code, refused.json()["code"]) == (422, "cannot_run")
    assert "must not be later than tomorrow" in refused.json()["detail"]
    assert allowed.status_code == 202
    assert (wrong.status_code, [each["name"] for each in wrong.json()["errors"]]) == (422, ["allow_future"])


@pytest.mark.parametrize(
    "body",
    [b"{", b'{"pipeline": "\\ud800"}', b"[" * 50_000, b'{"pipeline": ' + b"9" * 5_000 + b"}", b"\xff\xfe", b"null"],
)
def test_a_body_that_is_no_json_is_refused(served: InProcess, body: bytes) -> None:
    with client(WRITE) as api:
        found = api.post("/runs", content=body, headers={"Content-Type": "application/json"})
    assert found.status_code in {400, 422}
    assert found.headers["Content-Type"] == "application/problem+json"


def test_a_token_that_only_reads_queues_nothing(served: InProcess) -> None:
    with client(READ) as api:
        found = api.post("/runs", json={"pipeline": "call_logs"})
    assert (found.status_code, found.json()["code"]) == (403, "insufficient_scope")
    assert found.headers["WWW-Authenticate"] == 'Bearer realm="sluice", error="insufficient_scope", scope="write"'
