"""Log lines of the scheduled job on standard error, for people or as one JSON object a line."""

import json
import logging
import sys
from datetime import UTC, datetime


def set_up_logs(form: str) -> None:
    """Send the log lines of jobtagger and of the scheduler to standard error, as "text" or "json"."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else logging.Formatter("jobtagger: %(message)s"))
    log = logging.getLogger("jobtagger")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO if form == "json" else logging.WARNING)
    scheduler = logging.getLogger("apscheduler")
    scheduler.handlers, scheduler.propagate = [handler], False
    scheduler.setLevel(logging.ERROR)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)
