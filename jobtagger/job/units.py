"""Ready-made units that start the job every so often: cron, systemd, GitHub Actions."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_UNITS = {"s": 1, "m": _MINUTE, "h": _HOUR, "d": _DAY}


class Job(NamedTuple):
    """What is to be started: the program, the configuration, every how many seconds, and under whose account."""

    program: str
    config: Path
    every_s: int
    account: str


def seconds_of(every: str) -> int:
    """Read a duration such as 30m, 2h or 1d.

    Raises
    ------
    ValueError
        When it is none.
    """
    number, unit = every[:-1], every[-1:]
    if not number.isdigit() or unit not in _UNITS or not int(number):
        raise ValueError(f'"{every}" is no duration; write such as 90s, 30m, 2h or 1d')
    return int(number) * _UNITS[unit]


def _spoken(seconds: int) -> str:
    names = {_DAY: "days", _HOUR: "hours", _MINUTE: "minutes", 1: "seconds"}
    unit = next(unit for unit in names if seconds % unit == 0)
    return f"{seconds // unit} {names[unit]}" if seconds > unit else names[unit].removesuffix("s")


def cron_times(every_s: int) -> str:
    """Give the five time fields of cron.

    Raises
    ------
    ValueError
        When cron cannot count like that.
    """
    if every_s % _MINUTE == 0 and _HOUR % every_s == 0 and every_s < _HOUR:
        return f"*/{every_s // _MINUTE} * * * *"
    if every_s % _HOUR == 0 and _DAY % every_s == 0 and every_s < _DAY:
        return f"7 */{every_s // _HOUR} * * *" if every_s > _HOUR else "7 * * * *"
    if every_s == _DAY:
        return "7 4 * * *"
    raise ValueError(
        "cron knows minutes that divide an hour (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30), hours that divide a day, and 1d"
    )


def cron(job: Job) -> str:
    """Give a line for `crontab -e`."""
    command = f"{shlex.quote(job.program)} run --config {shlex.quote(str(job.config))} --log-format json"
    log = shlex.quote(str(job.config.with_name("jobtagger.log")))
    return (
        "# crontab -e; a run that still goes on makes the next one leave\n"
        f"{cron_times(job.every_s)}  {command.replace('%', chr(92) + '%')} >> {log.replace('%', chr(92) + '%')} 2>&1\n"
    )


def systemd(job: Job) -> str:
    """Give a service and its timer."""
    return f"""\
# /etc/systemd/system/jobtagger.service
[Unit]
Description=Tag new job listings
After=network-online.target
Wants=network-online.target

[Service]
Type=oneshot
# An account that may read the listings and write the store, never root; a new one: useradd --system {job.account}
User={_systemd_text(job.account)}
NoNewPrivileges=yes
ProtectSystem=full
WorkingDirectory={_systemd_text(str(job.config.parent))}
ExecStart={_systemd_word(job.program)} run --config {_systemd_word(str(job.config))} --log-format json
# 3: done, some rows were rejected
SuccessExitStatus=3
# Secrets that the configuration names as ${{NAME}}, one NAME=value a line
EnvironmentFile=-/etc/jobtagger.env

# /etc/systemd/system/jobtagger.timer
[Unit]
Description=Tag new job listings every {_spoken(job.every_s)}

[Timer]
OnBootSec=2min
OnUnitActiveSec={job.every_s}s

[Install]
WantedBy=timers.target

# systemctl daemon-reload && systemctl enable --now jobtagger.timer
"""


def github_actions(job: Job) -> str:
    """Give a workflow; the store is kept from run to run in the cache."""
    config = job.config.name
    return f"""\
# .github/workflows/jobtagger.yml
name: jobtagger
on:
  schedule:
    - cron: "{cron_times(job.every_s)}"
  workflow_dispatch:
concurrency: jobtagger
permissions:
  contents: read
jobs:
  run:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      # JOBTAGGER: what "git clone" takes jobtagger from, a variable of this repository (Settings, Actions, Variables)
      - run: pip install "jobtagger[job,postgresql] @ git+${{{{ vars.JOBTAGGER }}}}"
      # A cache may be dropped by GitHub; for a store that must last, use PostgreSQL and leave the two cache steps out.
      - uses: actions/cache/restore@v4
        with:
          path: jobtagger.sqlite
          key: jobtagger-${{{{ github.run_id }}}}
          restore-keys: jobtagger-
      - run: jobtagger run --config {config} --log-format json || test $? -eq 3
        # env:
        #   API_TOKEN: ${{{{ secrets.API_TOKEN }}}}
      - uses: actions/cache/save@v4
        if: always()
        with:
          path: jobtagger.sqlite
          key: jobtagger-${{{{ github.run_id }}}}
"""


def _systemd_text(text: str) -> str:
    return text.replace("%", "%%")


def _systemd_word(text: str) -> str:
    text = _systemd_text(text).replace("$", "$$")
    return f'"{text}"' if " " in text else text


UNITS: dict[str, Callable[[Job], str]] = {"cron": cron, "systemd": systemd, "github-actions": github_actions}
