"""A small job board over HTTP for the tests: serves the files of a folder, with ETags, tokens, failures and slowness.

Run as a process: python board_server.py FOLDER; it prints its port. Beside `feed.xml` a file `feed.xml.how` (JSON) may
say how it is served: {"status": 503, "retry_after": 7, "need": "Bearer x", "sleep_s": 2, "break_after": 100, "gzip": true,
"redirect": "http://...", "link": "</page2>; rel=next"}. Every request is noted in `requests.log`.
"""

import gzip
import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit


class Board(BaseHTTPRequestHandler):
    """Serves one folder."""

    folder: Path

    def do_GET(self) -> None:
        """Serve a file; `?page=2` of jobs.json is jobs.json.2."""
        parts = urlsplit(self.path)
        query = parse_qs(parts.query)
        number = next((query[name][0] for name in ("page", "offset", "after") if name in query), "")
        path = self.folder / (parts.path.lstrip("/") + (f".{number}" if number else ""))
        how_path = path.with_name(path.name + ".how")
        how = json.loads(how_path.read_text()) if how_path.exists() else {}
        with (self.folder / "requests.log").open("a") as log:
            log.write(
                json.dumps({"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}}) + "\n"
            )
        time.sleep(how.get("sleep_s", 0))
        if "redirect" in how:
            self._answer(302, b"", {"Location": how["redirect"]})
        elif how.get("need") and self.headers.get("Authorization") != how["need"]:
            self._answer(401, b"")
        elif how.get("status", 200) != 200:
            self._answer(how["status"], b"", {"Retry-After": str(how["retry_after"])} if "retry_after" in how else {})
        elif not path.exists():
            self._answer(404, b"")
        else:
            self._serve(path.read_bytes(), how)

    def _serve(self, body: bytes, how: dict) -> None:
        etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, b"", {"ETag": etag})
            return
        headers = {"ETag": etag} | ({"Link": how["link"]} if "link" in how else {})
        if how.get("gzip"):
            body, headers = gzip.compress(body), headers | {"Content-Encoding": "gzip"}
        self._answer(200, body, headers, how.get("break_after"))

    def _answer(self, status: int, body: bytes, headers: dict | None = None, break_after: int | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body[:break_after])

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    Board.folder = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Board)
    print(server.server_address[1], flush=True)  # noqa: T201 - the answer to whom started it
    server.serve_forever()
