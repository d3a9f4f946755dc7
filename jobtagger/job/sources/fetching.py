"""One HTTP request with limits of time and size, a few more tries, and tokens that go to one host only."""

import http.client
import logging
import time
import urllib.error
import urllib.request
import zlib
from collections.abc import Callable, Mapping
from email.message import Message
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from jobtagger import __version__
from jobtagger.errors import InputError
from jobtagger.job.settings import Transfer, fill

NOT_MODIFIED = 304
_AGENT = f"jobtagger/{__version__}"
_BLOCK = 1 << 16
_LONGEST_WAIT_S = 30.0
_LATER = (429, 503)
_WORTH_ANOTHER_TRY = (408, 425, 429, 500, 502, 503, 504)
_log = logging.getLogger(__name__)


class FetchError(InputError):
    """An address could not be fetched; `retry_after` is what the server asked for, in seconds, 0 without a wish."""

    def __init__(self, message: str, retry_after: float = 0.0, is_passing: bool = True) -> None:
        super().__init__(message)
        self.retry_after, self.is_passing = retry_after, is_passing


class Fetched(NamedTuple):
    """An answer: its status, headers (names in small letters) and body, and the address it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


def fetch(
    url: str,
    name: str,
    transfer: Transfer,
    environ: Mapping[str, str],
    sleep: Callable[[float], object],
    more_headers: Mapping[str, str] | None = None,
) -> Fetched:
    """Fetch an address; passing troubles are tried again, waiting longer each time.

    The address stands as it is: one that a server gave must not name variables of our environment. Messages call it by
    `name`, as what was filled into it may be a secret wherever it stands.

    Raises
    ------
    FetchError
        When it cannot be fetched; the message does not show tokens.
    """
    whole = with_params(url, {k: fill(v, environ, k) for k, v in transfer.params.items()})
    headers = {name: fill(value, environ, f"header {name}") for name, value in transfer.headers.items()}
    for attempt in range(transfer.retries + 1):
        try:
            return _fetch_once(whole, name, headers | dict(more_headers or {}), transfer)
        except FetchError as error:
            if attempt == transfer.retries or not error.is_passing or error.retry_after > _LONGEST_WAIT_S:
                raise
            wait = error.retry_after or 2.0**attempt
            _log.info("%s; trying again in %g s", error, wait)
            sleep(wait)
    raise AssertionError("unreachable")


def with_params(url: str, params: Mapping[str, str]) -> str:
    """Put parameters into an address, in place of those of the same names."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in params]
    return urlunsplit(parts._replace(query=urlencode([*kept, *params.items()])))


def _fetch_once(url: str, name: str, headers: Mapping[str, str], transfer: Transfer) -> Fetched:
    try:
        request = urllib.request.Request(url, headers={"User-Agent": _AGENT, "Accept-Encoding": "gzip", **headers})  # noqa: S310 - the configuration allows http and https only
        with urllib.request.build_opener(_Redirects(name)).open(request, timeout=transfer.timeout_s) as answer:
            body = _read(answer, name, transfer)
            return Fetched(answer.status, _small(answer.headers), body, answer.url)
    except urllib.error.HTTPError as error:
        with error:
            if error.code == NOT_MODIFIED:
                return Fetched(NOT_MODIFIED, _small(error.headers), b"", url)
            wait = _seconds(error.headers.get("Retry-After", "")) if error.code in _LATER else 0.0
            message = f"{name}: the server answered {error.code} {error.reason}"
            raise FetchError(message, wait, error.code in _WORTH_ANOTHER_TRY) from None
    except TimeoutError:
        raise FetchError(f"{name}: no answer within {transfer.timeout_s:g} s") from None
    except urllib.error.URLError as error:
        reason = error.reason
        if isinstance(reason, TimeoutError):
            raise FetchError(f"{name}: no answer within {transfer.timeout_s:g} s") from None
        what = reason.strerror if isinstance(reason, OSError) and reason.strerror else reason
        raise FetchError(f"{name}: cannot be reached: {what}") from None
    except (ValueError, http.client.InvalidURL):  # its message would show the value
        raise FetchError(f"{name}: the address, or a header, holds signs that HTTP does not allow") from None
    except (OSError, http.client.HTTPException, zlib.error) as error:
        raise FetchError(f"{name}: the answer broke off: {type(error).__name__}") from None


def _read(answer: Any, name: str, transfer: Transfer) -> bytes:
    """Take the body in, as far as time and size allow; the limits hold for what is packed in it too."""
    deadline = time.monotonic() + transfer.timeout_s * 4
    unpack = zlib.decompressobj(wbits=47) if answer.headers.get("Content-Encoding", "").lower() == "gzip" else None
    blocks, size, n_read = [], 0, 0
    while raw := answer.read1(_BLOCK):
        n_read += len(raw)
        block = unpack.decompress(raw, transfer.max_bytes + 1 - size) if unpack else raw
        size += len(block)
        if size > transfer.max_bytes:
            limit = transfer.max_bytes / 1_000_000
            raise FetchError(f"{name}: is larger than {limit:g} MB (max_mb in the configuration)", is_passing=False)
        if time.monotonic() > deadline:
            raise FetchError(f"{name}: was not there in full after {transfer.timeout_s * 4:g} s")
        blocks.append(block)
    announced = answer.headers.get("Content-Length")
    if announced and announced.isdigit() and n_read < int(announced):
        raise FetchError(f"{name}: the answer broke off after {n_read} of {announced} bytes")
    return b"".join(blocks)


def _small(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _seconds(written: str) -> float:
    return float(written) if written.isdigit() else 0.0


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows to http and https only, and takes no headers of ours to another host."""

    def __init__(self, name: str) -> None:
        self._name = name

    def redirect_request(
        self, req: urllib.request.Request, fp: Any, code: int, msg: str, headers: Any, newurl: str
    ) -> urllib.request.Request | None:
        request = super().redirect_request(req, fp, code, msg, headers, newurl)
        if request is None:
            return None
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.scheme not in ("http", "https"):
            raise FetchError(f"{self._name}: leads to an address that is not http", is_passing=False)
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            request.headers = {"User-Agent": _AGENT, "Accept-Encoding": "gzip"}
        return request
