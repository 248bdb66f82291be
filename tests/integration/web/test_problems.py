"""What is no data: problems, whoever raises them, and without a word of the database's."""

from __future__ import annotations

import hashlib
import json
import logging
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from sluice.engine.base.settings import settings
from sluice.web.app import make_app
from tests.integration.web.conftest import READ, WRITE, client
from tests.kit.stack import until
from tests.kit.web_client import serving


def test_a_problem_is_as_rfc_9457_has_it(api: Any) -> None:
    found = api.get("/nope", headers={"X-Request-Id": "abc-1"})
    assert found.status_code == 404
    assert found.headers["Content-Type"] == "application/problem+json"
    assert found.headers["X-Request-Id"] == "abc-1"
    assert found.json() == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "code": "not_found",
        "detail": "There is nothing at this path: /openapi.json lists the routes.",
        "request_id": "abc-1",
    }


@pytest.mark.parametrize("given", ["a b", "x" * 65, "a;b", ""])
def test_an_id_that_cannot_be_logged_is_replaced(api: Any, given: str) -> None:
    found = api.get("/nope", headers={"X-Request-Id": given})
    assert found.headers["X-Request-Id"] == found.json()["request_id"]
    assert len(found.json()["request_id"]) == 16


def test_a_method_that_a_route_does_not_have_is_405(filled: None) -> None:
    with client(WRITE) as api:
        found = api.delete("/runs/7")
    assert (found.status_code, found.json()["code"], found.headers["Allow"]) == (405, "method_not_allowed", "GET")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (None, 'Bearer realm="sluice"'),
        ("Basic YTpi", 'Bearer realm="sluice"'),
        ("Bearer", 'Bearer realm="sluice"'),
        ("Bearer another-token-entirely", 'Bearer realm="sluice", error="invalid_token"'),
        (f"Bearer {READ}x", 'Bearer realm="sluice", error="invalid_token"'),
    ],
)
def test_nobody_gets_in_without_a_token(filled: None, header: str | None, told: str) -> None:
    with client(None) as api:
        for path in ("/runs", "/nope", "/products/x"):
            found = api.get(path, headers={} if header is None else {"Authorization": header})
            assert (found.status_code, found.json()["code"]) == (401, "unauthorized")
            assert found.headers["WWW-Authenticate"] == told


def test_a_token_that_writes_reads_as_well(filled: None) -> None:
    with client(WRITE) as api:
        assert api.get("/runs").status_code == 200


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/products/9223372036854775808", "id"),
        ("/products/1.0", "id"),
        ("/products/%C2%B2", "id"),
        ("/products/1_0", "id"),
        ("/call-logs?from=2024-01-01", "from"),
        ("/call-logs?from=2024-01-01T00:00:00", "from"),
        ("/call-logs?to=2024-13-01T00:00:00Z", "to"),
        ("/preprocessed?date_from=2024-02-30", "date_from"),
        ("/preprocessed?date_from=1700000000", "date_from"),
        ("/preprocessed?quarantined=yes", "quarantined"),
        ("/preprocessed?source=other", "source"),
        ("/preprocessed?fields=source,password", "fields"),
        ("/preprocessed?fields=", "fields"),
        ("/preprocessed?custmer_id=5", "custmer_id"),
        ("/preprocessed?limit=0", "limit"),
        ("/preprocessed?limit=1001", "limit"),
        ("/preprocessed?cursor=x", "cursor"),
        ("/preprocessed?cursor=WzFd", "cursor"),
        ("/preprocessed?cursor=!", "cursor"),
        ("/preprocessed?category=" + "x" * 201, "category"),
        ("/customers/1/ltv?as_of=tomorrow", "as_of"),
    ],
)
def test_a_parameter_that_is_wrong_is_named(api: Any, path: str, name: str) -> None:
    found = api.get(path)
    assert (found.status_code, found.json()["code"]) == (422, "invalid_request")
    assert [each["name"] for each in found.json()["errors"]] == [name]


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/preprocessed?limit=abc", "limit must be an integer between 1 and 1,000, not 'abc'"),
        ("/preprocessed?limit=1001", "limit must be an integer between 1 and 1,000, not '1001'"),
        (
            "/runs?limit=99999999999999999999",
            "limit must be an integer between 1 and 1,000, not '99999999999999999999'",
        ),
        ("/runs/abc", "id must be an integer of at most 64 bits, not 'abc'"),
        ("/runs?state=open", "state must be one of 'running', 'done' or 'failed', not 'open'"),
        ("/preprocessed?date_from=2024-02-30", "date_from must be a date, YYYY-MM-DD, not '2024-02-30'"),
        ("/preprocessed?quarantined=" + "y" * 99, f"quarantined must be true or false, not '{'y' * 60}...'"),
        ("/runs?limit=1&limit=2", "limit: it is given twice; give one value"),
        ("/preprocessed?category=a&limit=1&category=a", "category: it is given twice; give one value"),
        ("/runs/1/rejects?c%6fde=a&code=b", "code: it is given twice; give one value"),
        ("/healthz?x=1&x=2", "x: it is given twice; give one value"),
    ],
)
def test_a_wrong_value_is_shown_beside_its_rule(api: Any, path: str, detail: str) -> None:
    found = api.get(path)
    assert (found.status_code, found.json()["detail"]) == (422, detail)


def test_an_unknown_field_is_named(api: Any) -> None:
    detail = api.get("/preprocessed?fields=price").json()["detail"]
    assert detail.startswith("fields: unknown field 'price'; expected one of source, transaction_id, ")


def test_a_field_of_a_body_that_is_there_twice_is_named(filled: None) -> None:
    with client(WRITE) as api:
        body = b'{"pipeline": "call_logs", "files": [], "pipeline": "customer_ltv"}'
        found = api.post("/runs", content=body, headers={"Content-Type": "application/json"})
    assert (found.status_code, found.json()["errors"]) == (
        422,
        [{"in": "body", "name": "pipeline", "message": "it is given twice; give one value"}],
    )


def _forged(route: str, filters: dict[str, Any], key: list[Any]) -> str:
    """A cursor by everything that is public of it."""
    text = json.dumps([route, filters, key], sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return urlsafe_b64encode(json.dumps([digest[:20], *key]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("route", "filters", "key"),
    [
        ("/runs", {"pipeline": None, "state": None}, [5]),
        ("/call-logs", {}, [1, "a", "9999-99-99T99:99:99+00:00"]),
        ("/preprocessed", {}, ["sales", 1]),
    ],
)
def test_a_forged_cursor_is_refused(api: Any, route: str, filters: dict[str, Any], key: list[Any]) -> None:
    found = api.get(route, params={"cursor": _forged(route, filters, key)})
    assert (found.status_code, found.json()["detail"]) == (
        422,
        "cursor: it is not one that this route gave for these filters: begin without it, or keep the filters",
    )


def test_a_cursor_with_any_character_changed_is_refused(api: Any) -> None:
    cursor = api.get("/preprocessed", params={"limit": 1}).json()["next"]
    assert api.get("/preprocessed", params={"cursor": cursor}).status_code == 200
    for at in range(0, len(cursor) - 1, 5):
        changed = cursor[:at] + ("A" if cursor[at] != "A" else "B") + cursor[at + 1 :]
        assert api.get("/preprocessed", params={"cursor": changed}).status_code == 422


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/preprocessed?category=%00", "nul_byte"),
        ("/products/1%00", "nul_byte"),
        ("/preprocessed?category=%ff", "not_utf8"),
        ("/products/%c3%28", "not_utf8"),
    ],
)
def test_bytes_that_are_no_text_are_refused(api: Any, path: str, code: str) -> None:
    found = api.get(path)
    assert (found.status_code, found.json()["code"]) == (400, code)


def test_a_cursor_belongs_to_its_filters_and_its_route(api: Any) -> None:
    cursor = api.get("/preprocessed", params={"limit": 1}).json()["next"]
    for path, asked in (
        ("/preprocessed", {"source": "sales"}),
        ("/prices/products/", {}),
        ("/call-logs", {}),
    ):
        assert api.get(path, params=asked | {"cursor": cursor}).json()["code"] == "invalid_request"


def test_a_body_that_is_too_large_is_refused_announced_or_not(filled: None) -> None:
    with client(WRITE) as api:
        announced = api.post("/runs", content=b" " * 70_000)
        streamed = api.post("/runs", content=(b" " * 10_000 for _ in range(7)))
    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert announced.json()["code"] == streamed.json()["code"] == "too_large"


def test_a_defect_is_a_problem_and_its_words_stay_inside(filled: None, caplog: pytest.LogCaptureFixture) -> None:
    app, secret = make_app(settings()), "the password is hunter2"

    @app.get("/defect")
    def defect() -> None:
        raise RuntimeError(secret)

    with serving(app, READ) as api:
        found = api.get("/defect")
    assert (found.status_code, found.json()["code"]) == (500, "internal_error")
    assert "hunter2" not in found.text + caplog.text
    assert "RuntimeError" in caplog.text


def test_the_log_has_a_line_a_request_without_query_and_token(api: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sluice.web"):
        api.get("/preprocessed?category=private")
        lines = until(lambda: [each.getMessage() for each in caplog.records if each.name == "sluice.web"])
    (line,) = lines
    assert line.startswith("GET /preprocessed 200 ")
    assert "private" not in line
    assert READ not in line
