"""What an API may answer, and what becomes of it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from sluice import HttpApi
from sluice import __version__ as version
from sluice.engine.sources.http.pages import NotModified, read_http
from sluice.errors import ConfigError, DataError, LostClaim, NotHere, TransientError
from tests.integration.remote.reading import PATH, TOKEN, declared, fetch, rows_of, text_of
from tests.kit.api_server import Answer, ApiServer, Asked, saying

ANN = {"id": 1, "name": "Ann"}
BEN = {"id": 2, "name": "Ben"}


def code_of(source: HttpApi) -> str:
    """The code that a fetch is refused with; neither its reason nor its causes show the token."""
    with pytest.raises(DataError) as caught:
        rows_of(source)
    assert TOKEN not in str(caught.value)
    return caught.value.code


def test_the_token_goes_along_and_stays_out_of_the_declaration(api: ApiServer) -> None:
    api.guarded(PATH, TOKEN, saying([ANN, BEN]))
    source = declared()
    assert rows_of(source) == [ANN, BEN]
    assert TOKEN not in repr(source)
    assert api.asked[0].headers["user-agent"] == f"sluice/{version}"


def test_no_log_and_no_error_shows_parameters(api: ApiServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    api.answers(PATH, saying([ANN], headers={"Set-Cookie": "session=s3cr3t"}), Answer(status=404))
    source = declared(params={"key": "s3cr3t"})
    assert rows_of(source) == [ANN]
    assert api.asked[0].query == {"key": "s3cr3t"}
    with pytest.raises(DataError) as caught:
        rows_of(source)
    assert "s3cr3t" not in caplog.text + str(caught.value)


def test_a_token_from_a_file_is_as_good(api: ApiServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    api.guarded(PATH, TOKEN, saying([ANN]))
    (tmp_path / "token").write_text(TOKEN + "\n")
    monkeypatch.delenv("SHOP_TOKEN")
    monkeypatch.setenv("SHOP_TOKEN_FILE", str(tmp_path / "token"))
    assert rows_of(declared()) == [ANN]


def test_a_wrong_token_is_refused_once_and_the_setting_is_named(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    api.guarded(PATH, TOKEN, saying([ANN]))
    monkeypatch.setenv("SHOP_TOKEN", "another-token")
    with pytest.raises(DataError, match="SHOP_TOKEN") as caught:
        rows_of(declared())
    assert caught.value.code == "unauthorized"
    assert "another-token" not in str(caught.value)
    assert len(api.asked) == 1


def test_no_token_where_one_is_wanted_says_so(api: ApiServer) -> None:
    api.guarded(PATH, TOKEN, saying([ANN]))
    with pytest.raises(DataError, match="declares no token"):
        rows_of(declared(token=None))


def test_a_setting_that_is_missing_here_may_be_set_on_another_worker(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    with pytest.raises(NotHere, match="SHOP_TOKEN is not set"):
        rows_of(declared())


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "ключ"])
def test_what_cannot_be_a_token_is_not_sent_and_not_shown(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("SHOP_TOKEN", token)
    with pytest.raises(ConfigError, match="SHOP_TOKEN") as caught:
        rows_of(declared())
    assert token not in str(caught.value)
    assert api.asked == []


@pytest.mark.parametrize(
    "base", ["shop.example", "ftp://shop.example", "http://me:secret@shop.example", "http://", "http://x:y"]
)
def test_what_is_no_address_is_refused_and_not_shown(
    api: ApiServer, monkeypatch: pytest.MonkeyPatch, base: str
) -> None:
    monkeypatch.setenv("SHOP_URL", base)
    with pytest.raises(ConfigError, match="SHOP_URL is not the address") as caught:
        rows_of(declared())
    assert "secret" not in str(caught.value)


def test_a_busy_api_is_left_alone_for_as_long_as_it_asks(api: ApiServer) -> None:
    api.answers(PATH, Answer(status=429, headers={"Retry-After": "1"}), saying([ANN]))
    assert rows_of(declared()) == [ANN]
    first, second = api.asked
    assert 1.0 <= second.at - first.at < 60


def test_three_errors_of_the_server_and_then_the_data(api: ApiServer) -> None:
    api.answers(PATH, Answer(status=500), Answer(status=502), Answer(status=503), saying([ANN]))
    assert rows_of(declared()) == [ANN]
    assert len(api.asked) == 4


@pytest.mark.parametrize("status", [429, 500, 503])
def test_when_the_tries_are_used_up_the_step_waits(api: ApiServer, status: int) -> None:
    api.answers(PATH, Answer(b'{"secret": 1}', status=status))
    with pytest.raises(TransientError, match=f"answers {status}") as caught:
        rows_of(declared(tries=3))
    assert "secret" not in str(caught.value)
    assert len(api.asked) == 3


def test_a_wait_that_total_s_has_no_room_for_is_not_begun(api: ApiServer) -> None:
    api.answers(PATH, Answer(status=429, headers={"Retry-After": "250"}))
    with pytest.raises(TransientError, match="answers 429"):
        rows_of(declared(total_s=20))
    assert len(api.asked) == 1


@pytest.mark.parametrize("status", [400, 404, 410, 422, 204, 304])
def test_other_answers_are_refused_at_once(api: ApiServer, status: int) -> None:
    api.answers(PATH, Answer(status=status, ending="none"))
    assert code_of(declared()) == "http_status"
    assert len(api.asked) == 1


@pytest.mark.parametrize("ending", ["length", "chunks"])
def test_a_body_that_is_sent_by_half_is_fetched_again(api: ApiServer, ending: str) -> None:
    whole = saying([ANN, BEN], ending=ending)
    half = saying([ANN, BEN], ending=ending, cut_at=20)
    api.answers(PATH, half, half, whole)
    assert rows_of(declared()) == [ANN, BEN]
    assert len(api.asked) == 3


def test_a_body_that_is_always_sent_by_half_gives_no_line_and_waits(api: ApiServer) -> None:
    api.answers(PATH, saying([ANN, BEN], cut_at=20))
    with pytest.raises(TransientError, match="broke off"):
        fetch(declared(tries=2))


def test_half_an_array_whose_end_nobody_tells_is_fetched_again(api: ApiServer) -> None:
    api.answers(PATH, saying([ANN, BEN], ending="closing", cut_at=20), saying([ANN, BEN], ending="closing"))
    assert rows_of(declared()) == [ANN, BEN]


def test_json_lines_whose_end_nobody_tells_may_be_half_of_them(api: ApiServer) -> None:
    lines = b'{"id": 1}\n{"id": 2}\n'
    api.answers(PATH, Answer(lines, kind="application/x-ndjson", ending="closing"))
    assert code_of(declared()) == "no_length"


def test_an_api_that_cannot_be_reached_is_waited_for(api: ApiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "http://127.0.0.1:1")
    with pytest.raises(TransientError, match="cannot be reached"):
        rows_of(declared(tries=2))


def test_an_api_that_says_nothing_is_asked_again(api: ApiServer) -> None:
    later = threading.Event()
    api.answers(PATH, saying([ANN], after=later), saying([BEN]))
    try:
        assert rows_of(declared(timeout_s=2)) == [BEN]  # a busy machine answers within that
    finally:
        later.set()


def test_a_body_that_drips_is_given_up_when_its_time_is_over(api: ApiServer) -> None:
    api.answers(PATH, saying([ANN] * 500, drip_s=0.02))
    begun = time.monotonic()
    assert code_of(declared(total_s=0.5)) == "too_slow"
    assert time.monotonic() - begun < 60


def test_whoever_loses_the_claim_stops_in_the_middle_of_a_wait(api: ApiServer) -> None:
    api.answers(PATH, Answer(status=429, headers={"Retry-After": "60"}))
    beats = 0

    def beat() -> None:
        nonlocal beats
        beats += 1
        if beats == 3:
            raise LostClaim("taken over")

    with pytest.raises(LostClaim):
        read_http(declared(), known={}, beat=beat)
    assert len(api.asked) == 1


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/xml", "image/png"])
def test_a_page_for_people_is_no_data_though_it_comes_with_200(api: ApiServer, kind: str) -> None:
    api.answers(PATH, Answer(b"<html>Sorry, Ann</html>", kind=kind))
    with pytest.raises(DataError) as caught:
        rows_of(declared())
    assert caught.value.code == "not_json"
    assert "Ann" not in str(caught.value)
    assert len(api.asked) == 1


@pytest.mark.parametrize("body", [b"<html>", b"", b"[{]", b'[{"id": 1}] more', b'[{"id": NaN}]', b'["\xff"]'])
def test_what_is_not_json_is_asked_for_again_and_then_refused(api: ApiServer, body: bytes) -> None:
    api.answers(PATH, Answer(body))
    assert code_of(declared(tries=2)) == "not_json"
    assert len(api.asked) == 2


def test_a_document_is_not_loaded_again_while_the_api_says_that_it_is_the_same(api: ApiServer) -> None:
    def script(asked: Asked) -> Answer:
        same = asked.headers.get("if-none-match") == '"v1"'
        return Answer(status=304) if same else saying([ANN], headers={"ETag": '"v1"'})

    api.answers(PATH, script)
    fetched = fetch(declared())
    assert b"".join(fetched.lines) == b'{"id": 1, "name": "Ann"}\n'
    note = fetched.note()
    assert note["etag"] == '"v1"'
    with pytest.raises(NotModified):
        fetch(declared(), note)
    another = declared(params={"of": "yesterday"})
    assert list(fetch(another, note).lines) == [b'{"id": 1, "name": "Ann"}\n']


def test_a_date_of_change_is_told_where_there_is_no_tag(api: ApiServer) -> None:
    changed = "Wed, 21 Oct 2015 07:28:00 GMT"
    api.answers(PATH, saying([ANN], headers={"Last-Modified": changed}), Answer(status=304))
    note = fetch(declared()).note()
    with pytest.raises(NotModified):
        fetch(declared(), note)
    assert api.asked[1].headers["if-modified-since"] == changed


def test_numbers_and_texts_arrive_as_they_were_written(api: ApiServer) -> None:
    body = b'[{"a": 0.8946, "b": 1e3, "c": 12345678901234567890, "d": 1.10, "e": null, "f": "\\u00e9\xc3\xa9"}]'
    api.answers(PATH, Answer(body))
    assert text_of(declared()) == (
        '{"a": 0.8946, "b": 1e3, "c": 12345678901234567890, "d": 1.10, "e": null, "f": "\\u00e9é"}\n'
    )


@pytest.mark.parametrize(
    "header",
    [
        {"Content-Type": "application/json; charset=no-such-charset"},
        {"Content-Type": 'application/json; charset="'},
        {"Content-Type": "application/json;;;"},
        {"Date": "Wed, 21 Oct 99999999999 07:28:00 GMT"},
        {"ETag": "é"},
        {"Last-Modified": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"Retry-After": "1e400"},
        {"Expires": "-1", "Age": "1e400", "Cache-Control": "max-age=1e400"},
        {"Set-Cookie": "a=b; Expires=Wed, 21 Oct 99999999999 07:28:00 GMT; Max-Age=1e400"},
        {"Link": "<"},
    ],
    ids=lambda header: next(iter(header)),
)
def test_headers_that_nobody_can_read_do_no_harm(api: ApiServer, header: dict[str, str]) -> None:
    api.answers(PATH, saying([ANN], headers={name: value.encode().decode("latin-1") for name, value in header.items()}))
    fetched = fetch(declared())
    assert b"".join(fetched.lines) == b'{"id": 1, "name": "Ann"}\n'
    assert list(fetch(declared(), fetched.note()).lines) == [b'{"id": 1, "name": "Ann"}\n']


@pytest.mark.parametrize("length", ["abc", "-1", "1e400", "9" * 30, "5, 6", "999"])
def test_a_length_that_is_not_the_body_s_is_no_data(api: ApiServer, length: str) -> None:
    answer = saying([ANN], headers={"Content-Length": length}, ending="closing")
    api.answers(PATH, answer, answer, saying([BEN]))
    assert rows_of(declared(tries=3)) == [BEN]


@pytest.mark.parametrize(
    "wait", ["Wed, 21 Oct 99999999999 07:28:00 GMT", "Fri, 31 Dec 9999 23:59:59 GMT", "9" * 5000, "1e400", "-1"]
)
def test_a_wait_that_nobody_means_is_the_usual_pause(api: ApiServer, wait: str) -> None:
    api.answers(PATH, Answer(status=429, headers={"Retry-After": wait}), saying([ANN]))
    assert rows_of(declared(total_s=100)) == [ANN]
