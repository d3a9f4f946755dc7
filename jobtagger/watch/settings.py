"""The tables [alerts] and [metrics] of the job's configuration, read strictly; docs/operations.md explains each key."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from jobtagger.errors import ConfigError
from jobtagger.job.config import read_config, read_toml
from jobtagger.job.settings import Settings, names_variable
from jobtagger.knowledge.schema import Fields, Problems


@dataclass(frozen=True, slots=True)
class Limits:
    """When an alert is raised; rises are in points of per cent, factors and effects as docs/operations.md says."""

    silent_days: float = 3.0
    failed_runs: int = 2
    p_value: float = 0.001
    min_effect: float = 0.1
    min_listings: int = 100
    level_factor: float = 2.0
    reject_rise: float = 5.0
    review_rise: float = 10.0
    clear_after_hours: float = 24.0


@dataclass(frozen=True, slots=True)
class Email:
    """A mail server and who writes to whom; `password` names a variable of the environment, as `${NAME}`."""

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """How alerts are told: any of webhook, e-mail and command.

    `webhook` may take its address, or a part of it, from the environment as `${NAME}`; `command` is split into words,
    without a shell.
    """

    language: str = "en"
    tell_cleared: bool = True
    webhook: str = ""
    text_field: str = "text"
    command: tuple[str, ...] = ()
    timeout_seconds: float = 20.0
    email: Email | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class WatchSettings:
    """What the job does besides tagging; `alerts` is None where there is no such table, `textfile` likewise."""

    alerts: AlertSettings | None = None
    textfile: Path | None = None


def read_whole_config(path: Path, environ: Mapping[str, str]) -> tuple[Settings, WatchSettings]:
    """Read all of a configuration: what the run needs, and what looks after it.

    Raises
    ------
    ConfigError
        When anything in it is wrong; all problems at once.
    """
    problems: list[str] = []
    settings, watched = None, None
    try:
        settings = read_config(path, environ)
    except ConfigError as error:
        problems.append(str(error))
    try:
        watched = read_watch_settings(path)
    except ConfigError as error:
        problems.append(str(error))
    if settings is None or watched is None:
        raise ConfigError("\n".join(dict.fromkeys(problems)))
    return settings, watched


def read_watch_settings(path: Path) -> WatchSettings:
    """Read [alerts] and [metrics] of a configuration; its relative paths start at its own folder.

    Raises
    ------
    ConfigError
        When they hold something unknown, of the wrong type or outside its bounds; all problems at once.
    """
    table = read_toml(path)
    problems = Problems(str(path))
    alerts = _alerts(table["alerts"], problems) if "alerts" in table else None
    textfile = _textfile(table["metrics"], problems) if "metrics" in table else ""
    if problems.found:
        raise ConfigError("\n".join(problems.found))
    return WatchSettings(alerts, path.parent / textfile if textfile else None)


def _textfile(table: object, problems: Problems) -> str:
    entries = Fields(table, "[metrics]", problems)
    textfile = entries.text("textfile")
    entries.finish()
    return textfile


def _alerts(table: object, problems: Problems) -> AlertSettings:
    inner = dict(table) if isinstance(table, dict) else {}
    email, limits = inner.pop("email", None), inner.pop("limits", {})
    entries = Fields(inner if isinstance(table, dict) else table, "[alerts]", problems)
    settings = AlertSettings(
        language=entries.text("language", empty=True, choices=("en", "fr")) or "en",
        tell_cleared=entries.flag("tell_cleared", default=True),
        webhook=entries.text("webhook", empty=True),
        text_field=entries.text("text_field", empty=True) or "text",
        command=_words(entries.text("command", empty=True), entries),
        timeout_seconds=entries.number("timeout_seconds", 1, 600, default=20),
        email=None if email is None else _email(email, problems),
        limits=_limits(limits, problems),
    )
    if settings.webhook and not settings.webhook.startswith(("https://", "http://", "${")):
        entries.note("webhook: give an address that starts with https:// or http://, or ${NAME}")
    if not (settings.webhook or settings.command or email is not None):
        entries.note("name at least one of webhook, command and [alerts.email]")
    entries.finish()
    return settings


def _words(command: str, entries: Fields) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        entries.note(f"command: cannot be split into words: {error}")
        return ()


def _email(table: object, problems: Problems) -> Email:
    entries = Fields(table, "[alerts.email]", problems)
    email = Email(
        host=entries.text("host"),
        sender=entries.text("from"),
        to=entries.texts("to"),
        port=int(entries.number("port", 1, 65535, default=587)),
        security=entries.text("security", empty=True, choices=("starttls", "tls", "none")) or "starttls",
        user=entries.text("user", empty=True),
        password=entries.text("password", empty=True),
    )
    if not email.to:
        entries.note("to: names nobody")
    if bool(email.user) != bool(email.password):
        entries.note("user and password: give both or none")
    if email.password and not names_variable(email.password):
        entries.note('password: a secret must not stand in the file; write "${NAME}" and set NAME in the environment')
    entries.finish()
    return email


def _limits(table: object, problems: Problems) -> Limits:
    entries = Fields(table, "[alerts.limits]", problems)
    usual = Limits()
    limits = Limits(
        silent_days=entries.number("silent_days", 0.01, 365, default=usual.silent_days),
        failed_runs=int(entries.number("failed_runs", 1, 1000, default=usual.failed_runs)),
        p_value=entries.number("p_value", 1e-9, 0.5, default=usual.p_value),
        min_effect=entries.number("min_effect", 0.01, 1, default=usual.min_effect),
        min_listings=int(entries.number("min_listings", 10, 1e9, default=usual.min_listings)),
        level_factor=entries.number("level_factor", 1.1, 1000, default=usual.level_factor),
        reject_rise=entries.number("reject_rise", 0.1, 100, default=usual.reject_rise),
        review_rise=entries.number("review_rise", 0.1, 100, default=usual.review_rise),
        clear_after_hours=entries.number("clear_after_hours", 0, 8760, default=usual.clear_after_hours),
    )
    entries.finish()
    return limits
