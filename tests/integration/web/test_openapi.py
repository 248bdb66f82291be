"""The OpenAPI document: whole, true of its own examples, and true of what the API answers to whatever is asked."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as budget
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from schemathesis.specs.openapi.checks import positive_data_acceptance

from sluice.engine.base.settings import settings
from sluice.web.app import make_app
from tests.integration.web.conftest import WRITE, client
from tests.kit.budget import LONG

CASES = int(os.environ.get("SLUICE_TEST_API_CASES", "2000" if LONG else "330"))  # 2,000 take some minutes
ROUTES = {
    "GET /prices/products/",
    "GET /products/{id}",
    "GET /preprocessed",
    "GET /customers/{id}/ltv",
    "GET /call-logs",
    "GET /runs",
    "POST /runs",
    "GET /runs/{id}",
    "GET /runs/{id}/rejects",
    "GET /healthz",
    "GET /readyz",
}
# a cursor, a pipeline or a file that looks right may be none
LEFT_OUT = [positive_data_acceptance]
FIXED = 2  # routes that take nothing: there is one request to make up
MODES = list(schemathesis.GenerationMode)


@pytest.fixture
def document(filled: None) -> Any:
    return make_app(settings()).openapi()


def test_it_has_these_routes_and_no_others(document: Any) -> None:
    found = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    assert found == ROUTES


def test_each_route_says_what_it_is_what_it_gives_and_who_may_ask(document: Any) -> None:
    known = {tag["name"] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, each in methods.items():
            assert each["summary"]
            assert each["description"]
            assert set(each["tags"]) <= known
            assert bool(each["security"]) is (path not in {"/healthz", "/readyz"})
            assert {"400", "413", "500"} < set(each["responses"])
            if method == "post":
                assert each["security"] == [{"write": []}]


def test_every_answer_has_an_example_that_fits_its_schema(document: Any) -> None:
    registry = Registry().with_resource("urn:api", Resource.from_contents(document, DRAFT202012))
    seen = 0
    answers = [
        a for methods in document["paths"].values() for each in methods.values() for a in each["responses"].values()
    ]
    for answer in [*answers, *document["components"]["responses"].values()]:
        for content in answer.get("content", {}).values():
            schema = {"$ref": f"urn:api{content['schema']['$ref']}"}
            Draft202012Validator(schema, registry=registry).validate(content["example"])
            seen += 1
    assert seen == 20


def test_money_is_a_string_and_whole_numbers_are_numbers(document: Any) -> None:
    row = document["components"]["schemas"]["PreprocessedRow"]["properties"]
    assert row["total_amount"]["type"] == ["string", "null"]
    assert row["total_amount"]["pattern"] == r"^-?[0-9]+\.[0-9]{2}$"
    assert row["transaction_id"]["type"] == "integer"
    assert row["transaction_id"]["format"] == "int64"
    assert row["age"]["type"] == ["integer", "null"]
    assert row["transaction_date"] == {"type": ["string", "null"], "format": "date"}


@pytest.mark.timeout(900)
@pytest.mark.slow
def test_no_request_breaks_it_or_its_document(filled: None) -> None:
    with client(WRITE) as api:
        schema = schemathesis.openapi.from_url(f"{api.base_url}/openapi.json")
        operations = [each.ok() for each in schema.get_all_operations()]
        asked: Counter[str] = Counter()
        for operation in operations:
            for mode in MODES:
                ask(operation, mode, -(-CASES // ((len(operations) - FIXED) * len(MODES))), asked)
    print(f"{asked.total()} requests: {dict(sorted(asked.items()))}")
    assert asked.total() >= CASES * 0.9
    assert not [status for status in asked if status >= "5"]


def ask(operation: Any, mode: Any, cases: int, asked: Counter[str], token: str = WRITE) -> None:
    """Requests made up for one operation: by the document, or against it."""

    @budget(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def each(case: Any) -> None:
        answer = case.call_and_validate(
            headers={"Authorization": f"Bearer {token}"}, timeout=240, excluded_checks=LEFT_OUT
        )
        asked[str(answer.status_code)] += 1

    try:
        each()
    except Exception as error:
        if type(error).__name__ != "Unsatisfiable":
            raise
