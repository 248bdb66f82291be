"""One GET and its response: read completely, within limits, with errors classified by what to do about them.

The body is decompressed here in blocks and not by the client, so that a response that expands to a thousand times its
size is refused before it is in memory.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from sluice.engine.base.settings import settings
from sluice.engine.declare import HttpApi
from sluice.engine.formats.unpack.compressed import GZIP, decompressed
from sluice.engine.formats.unpack.streams import stream_of
from sluice.engine.sources.http.address import bearer, link_target, shown
from sluice.engine.sources.http.retries import RetryLimits, TryAgain, retry_after_s
from sluice.engine.sources.http.wire import Wire
from sluice.errors import DataError, TransientError
from sluice.version import __version__

_REDIRECTS = {301, 302, 303, 307, 308}
_MOST_REDIRECTS = 5
_MOST_HEADERS = 256
_HARMLESS = 8 << 20  # unpacked bytes of a response, whatever their ratio
_JSON = "application/json, application/x-ndjson;q=0.9"

# they log URLs with parameters and the headers of responses, which may have secrets
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """The response from `url`: 200 with its whole body, decompressed, or 304 without one."""

    url: httpx.URL
    status: int
    headers: httpx.Headers
    body: bytes

    @property
    def tells_its_end(self) -> bool:
        """Whether a truncated body would have been detected."""
        packed = _packing(self.headers) != "identity"
        return packed or "content-length" in self.headers or "transfer-encoding" in self.headers


class ApiClient:
    """An open client for one source."""

    def __init__(self, source: HttpApi, retries: RetryLimits, client: httpx.Client) -> None:
        self._source = source
        self._retries = retries
        self._client = client
        self._wire = Wire(retries)
        self._wire.watch(client)

    def get(self, url: httpx.URL, headers: dict[str, str]) -> Answer:
        """The response from `url`, or from its redirect within the same origin.

        Raises TryAgain, and DataError `unauthorized`, `http_status`, `other_origin`, `bad_next`, `bad_certificate`,
        `bad_encoding`, `too_large`, `too_compressed`, `too_slow`.
        """
        for _ in range(_MOST_REDIRECTS + 1):
            self._retries.check()
            try:
                answer = self._exchange(url, headers)
            except httpx.TransportError as error:
                raise self._broken(url, error) from error
            if answer.status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}:
                return answer
            if answer.status not in _REDIRECTS or "location" not in answer.headers:
                raise self._refused(answer)
            url = link_target(self._source, url, answer.headers["location"])
        raise DataError(
            "http_status", f"{self._where(url)} redirects too many times. Check the address in the declaration."
        )

    def _exchange(self, url: httpx.URL, headers: dict[str, str]) -> Answer:
        with self._client.stream("GET", url, headers=headers, extensions={"trace": self._wire.trace}) as response:
            if (count := len(response.headers.raw)) > _MOST_HEADERS:
                what = f"{self._where(url)} has {count:,} header fields, at most {_MOST_HEADERS} are read."
                raise DataError("too_large", f"{what} Nothing is loaded; the API or its proxy must send fewer.")
            body = b"".join(self._blocks(url, response)) if response.status_code == HTTPStatus.OK else b""
            return Answer(url, response.status_code, response.headers, body)

    def _blocks(self, url: httpx.URL, response: httpx.Response) -> Iterator[bytes]:
        raw = self._watched(url, response)
        packed = _packing(response.headers)
        if packed not in {"identity", "gzip", "x-gzip"}:
            raise DataError(
                "bad_encoding", f"{self._where(url)} has the encoding {packed[:20]!r}; only gzip was requested."
            )
        size = 0
        for block in raw if packed == "identity" else self._unpacked(url, raw):
            size += len(block)
            self._check_size(url, size)
            if size > _HARMLESS and size > response.num_bytes_downloaded * (ratio := settings().max_ratio):
                raise DataError(
                    "too_compressed",
                    f"{self._where(url)}: {response.num_bytes_downloaded:,} packed bytes have unpacked to {size:,} and "
                    f"more are to come: over {ratio} times their size. If you trust the API, raise SLUICE_MAX_RATIO.",
                )
            yield block

    def _check_size(self, url: httpx.URL, size: int) -> None:
        if size > self._source.max_bytes:
            raise DataError(
                "too_large",
                f"{self._where(url)} has more than max_bytes={self._source.max_bytes:,} bytes. Ask for smaller pages, "
                "or raise max_bytes: a worker has one response in memory.",
            )

    def _watched(self, url: httpx.URL, response: httpx.Response) -> Iterator[bytes]:
        """The body as it comes; packed bytes may unpack to nothing, so they count too."""
        for block in response.iter_raw():
            self._retries.check()
            self._check_size(url, response.num_bytes_downloaded)
            yield block

    def _unpacked(self, url: httpx.URL, raw: Iterator[bytes]) -> Iterator[bytes]:
        with stream_of(raw) as packed:
            try:
                yield from decompressed(packed, GZIP)
            except DataError as error:
                if error.code not in {"truncated", "corrupt"}:
                    raise
                end = TransientError(f"{self._where(url)}: the compressed body is broken. It is fetched again.")
                raise TryAgain(end) from error

    def _broken(self, url: httpx.URL, error: httpx.TransportError) -> Exception:
        """The error of a connection, in our own words: the library's may quote the server's data."""
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, ssl.SSLCertVerificationError):
                what = f"{self._where(url)}: the server's certificate is not valid ({cause.verify_message})."
                return DataError("bad_certificate", f"{what} Check the address, and which authorities are trusted.")
            cause = cause.__cause__ or cause.__context__
        if isinstance(error, httpx.TimeoutException):
            what = f"nothing came for timeout_s={self._source.timeout_s:g} seconds"
        elif isinstance(error, httpx.ConnectError | httpx.ProxyError):
            what = "it cannot be reached"
        else:
            what = "the answer broke off"
        return TryAgain(TransientError(f"{self._where(url)}: {what} ({type(error).__name__}). It is tried again."))

    def _refused(self, answer: Answer) -> Exception:
        status, where = answer.status, self._where(answer.url)
        if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            end = TransientError(f"{where} answers {status}, {_phrase(status)}. It is tried again.")
            return TryAgain(end, retry_after_s(answer.headers.get("retry-after")))
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
            token = self._source.token
            why = f"Check the token in the setting {token}." if token else "The source declares no token=."
            return DataError("unauthorized", f"{where} answers {status}, {_phrase(status)}. {why}")
        why = "Check url, params and pages in the declaration."
        return DataError("http_status", f"{where} answers {status}, {_phrase(status)}, where 200 is expected. {why}")

    def _where(self, url: httpx.URL) -> str:
        return f"{self._source.name}: {shown(url)}"


@contextmanager
def api_client(source: HttpApi, retries: RetryLimits) -> Iterator[ApiClient]:
    """A client of a source's API, with its token. Raises NotHere or ConfigError about its settings."""
    headers = {"User-Agent": f"sluice/{__version__}", "Accept": _JSON, "Accept-Encoding": "gzip"} | bearer(source)
    # redirects are followed by our own code: the token must not leave the origin
    with httpx.Client(headers=headers, timeout=source.timeout_s, follow_redirects=False) as client:
        yield ApiClient(source, retries, client)


def _packing(headers: httpx.Headers) -> str:
    return str(headers.get("content-encoding", "identity")).strip().lower()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "which is not a status of HTTP"
