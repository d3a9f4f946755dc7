"""The job board of board_server.py as a process, and what it serves."""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape


class Server:
    """A running board."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{port}"

    def put(self, name: str, content: Any, **how: Any) -> None:
        """Serve something under a name: a text, or anything else as JSON; `how` as in board_server.py."""
        (self.folder / name).write_text(content if isinstance(content, str) else json.dumps(content), "utf-8")
        self.how(name, **how)

    def how(self, name: str, **how: Any) -> None:
        """Change how something is served."""
        (self.folder / f"{name}.how").write_text(json.dumps(how))

    def requests(self) -> list[dict[str, Any]]:
        """Give the requests so far, and forget them."""
        log = self.folder / "requests.log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return [json.loads(line) for line in lines]


@contextmanager
def board(folder: Path) -> Iterator[Server]:
    """Start a board in a process of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(Path(__file__).with_name("board_server.py")), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Server(folder, int(process.stdout.readline()))
        finally:
            process.terminate()


def rss(entries: Sequence[tuple[str, str, str]], more: str = "") -> str:
    """Write an RSS feed of entries: id, title, description."""
    items = "".join(
        f"<item><guid isPermaLink='false'>{key}</guid><link>http://board.example/{key}</link><title>{escape(title)}</title>"
        f"<description>{escape(text)}</description><category>design</category>"
        "<pubDate>Mon, 30 Mar 2026 09:00:00 +0200</pubDate></item>"
        for key, title, text in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Jobs</title>{items}{more}</channel></rss>'


def atom(entries: Sequence[tuple[str, str, str]]) -> str:
    """Write an Atom feed of entries: id, title, content."""
    items = "".join(
        f"<entry><id>{key}</id><link href='http://board.example/{key}'/><title>{escape(title)}</title>"
        f"<updated>2026-03-30T07:00:00Z</updated><summary>short</summary>"
        f"<content type='html'>{escape(text)}</content></entry>"
        for key, title, text in entries
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Jobs</title><id>x</id><updated>2026-03-30T07:00:00Z</updated>{items}</feed>'
