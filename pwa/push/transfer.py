"""Requests over libcurl's multi interface: one thread, many connections, kept open between batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, TypeVar

import pycurl

from pwa.push.endpoints import Endpoint
from pwa.push.sender import Failure

T = TypeVar("T")

_MOST_BODY_BYTES: Final = 65_536  # nobody reads it
_FIRST_REAL_STATUS: Final = 200  # below are interim answers
_LONGEST_WAIT_SECONDS: Final = 1.0
_FAILURES: Final = {
    pycurl.E_OPERATION_TIMEDOUT: Failure.TIMEOUT,
    pycurl.E_COULDNT_RESOLVE_HOST: Failure.NAME,
    pycurl.E_SSL_CONNECT_ERROR: Failure.TLS,
    pycurl.E_PEER_FAILED_VERIFICATION: Failure.TLS,
    pycurl.E_SSL_CACERT_BADFILE: Failure.TLS,
    pycurl.E_SSL_CIPHER: Failure.TLS,
    pycurl.E_UNSUPPORTED_PROTOCOL: Failure.ENDPOINT,
    pycurl.E_URL_MALFORMAT: Failure.ENDPOINT,
}


@dataclass(frozen=True, slots=True)
class Request(Generic[T]):
    """A POST to the checked `addresses` of `endpoint`; `job` comes back with the answer."""

    job: T
    endpoint: Endpoint
    addresses: tuple[str, ...]
    headers: Sequence[str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Response(Generic[T]):
    """Exactly one of `status` and `failure` is set. The body is not kept."""

    job: T
    status: int | None
    failure: Failure | None
    headers: dict[str, str]  # names in lower case


class Transfers(Generic[T]):
    """Not for use from two threads, nor across a fork."""

    def __init__(self, ca_file: str, connect_timeout: timedelta, total_timeout: timedelta, most: int) -> None:
        self._ca_file = ca_file
        self._connect_ms = int(connect_timeout.total_seconds() * 1000)
        self._total_ms = int(total_timeout.total_seconds() * 1000)
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_MAXCONNECTS, most)
        self._multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_MULTIPLEX)
        self._idle: list[pycurl.Curl] = []
        self._active: dict[pycurl.Curl, tuple[T, list[bytes]]] = {}

    @property
    def active(self) -> int:
        return len(self._active)

    def start(self, request: Request[T]) -> None:
        """Begins one transfer, or raises what libcurl says of a request it cannot take."""
        curl = self._idle.pop() if self._idle else self._handle()
        lines: list[bytes] = []
        try:
            _prepare(curl, request, lines)
            self._multi.add_handle(curl)
        except BaseException:
            curl.close()
            raise
        self._active[curl] = (request.job, lines)

    def wait(self) -> None:
        """Until a connection can go on, at most a second."""
        milliseconds = self._multi.timeout()
        seconds = _LONGEST_WAIT_SECONDS if milliseconds < 0 else milliseconds / 1000
        if seconds > 0:
            self._multi.select(min(seconds, _LONGEST_WAIT_SECONDS))

    def advance(self) -> list[Response[T]]:
        """Moves every transfer on as far as it goes without waiting, and returns those that ended."""
        self._multi.perform()
        ended: list[Response[T]] = []
        queued = 1
        while queued:
            queued, answered, failed = self._multi.info_read()
            ended.extend(self._end(curl, None) for curl in answered)
            ended.extend(self._end(curl, errno) for curl, errno, _ in failed)
        return ended

    def abandon(self) -> None:
        """Drops what is under way, as after an exception in the caller."""
        for curl in list(self._active):
            self._multi.remove_handle(curl)
            curl.close()
        self._active.clear()

    def close(self) -> None:
        self.abandon()
        for curl in self._idle:
            curl.close()
        self._idle.clear()
        self._multi.close()

    def _end(self, curl: pycurl.Curl, errno: int | None) -> Response[T]:
        job, lines = self._active.pop(curl)
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        self._multi.remove_handle(curl)
        self._idle.append(curl)
        # A status line that came through counts, even if the body was too long or never ended.
        if errno is not None and status < _FIRST_REAL_STATUS:
            return Response(job, None, _FAILURES.get(errno, Failure.CONNECTION), {})
        return Response(job, status, None, _headers(lines))

    def _handle(self) -> pycurl.Curl:
        curl = pycurl.Curl()
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.PROXY, "")  # empty: not even the one in the environment
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, self._connect_ms)
        curl.setopt(pycurl.TIMEOUT_MS, self._total_ms)
        curl.setopt(pycurl.CAINFO, self._ca_file)
        curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        curl.setopt(pycurl.SSL_VERIFYPEER, 1)
        curl.setopt(pycurl.SSL_VERIFYHOST, 2)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_2TLS)
        curl.setopt(pycurl.MAXFILESIZE, _MOST_BODY_BYTES)
        curl.setopt(pycurl.WRITEFUNCTION, len)  # "all of it taken": the body is dropped
        curl.setopt(pycurl.POST, 1)
        return curl


def _prepare(curl: pycurl.Curl, request: Request[T], lines: list[bytes]) -> None:
    endpoint = request.endpoint
    is_plain = endpoint.scheme == "http"  # the rules let it through for loopback addresses only
    curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP if is_plain else pycurl.PROTO_HTTPS)
    # Waits for HTTP/2 to be agreed on rather than open a connection per push; means nothing without TLS.
    curl.setopt(pycurl.PIPEWAIT, 0 if is_plain else 1)
    curl.setopt(pycurl.URL, endpoint.origin)
    # The path is opaque; in a URL libcurl would tidy "/./" and turn Microsoft's "%2f" into "%2F".
    curl.setopt(pycurl.REQUEST_TARGET, endpoint.path)
    curl.setopt(pycurl.RESOLVE, [_pin(endpoint, request.addresses)])
    curl.setopt(pycurl.HTTPHEADER, request.headers)
    curl.setopt(pycurl.POSTFIELDS, request.body)
    curl.setopt(pycurl.HEADERFUNCTION, lines.append)


def _pin(endpoint: Endpoint, addresses: Sequence[str]) -> str:
    """libcurl connects to these and asks no name server; the name stays in TLS and in Host."""
    listed = ",".join(f"[{address}]" if ":" in address else address for address in addresses)
    host = f"[{endpoint.host}]" if ":" in endpoint.host else endpoint.host
    return f"{host}:{endpoint.port}:{listed}"


def _headers(lines: Sequence[bytes]) -> dict[str, str]:
    pairs = (line.decode("latin-1").partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}
