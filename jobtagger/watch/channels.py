"""How alerts reach people: a webhook, an e-mail, a command. A channel that fails gives its reason in one line."""

import json
import smtplib
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from http.client import HTTPException, InvalidURL
from typing import NamedTuple, Protocol

from jobtagger.errors import ConfigError
from jobtagger.job.settings import fill
from jobtagger.watch.settings import AlertSettings, Email


class Notice(NamedTuple):
    """What is to be told: a subject, a text of one line an alert, and the alerts as plain values."""

    subject: str
    text: str
    alerts: tuple[Mapping[str, str | None], ...]


class Channel(Protocol):
    """A way to tell; `name` is kept in the store."""

    name: str

    def tell(self, notice: Notice) -> str:
        """Tell it, and give "" or the reason why it could not be told."""


def channels(settings: AlertSettings, environ: Mapping[str, str]) -> list[Channel]:
    """Give the channels of the configuration."""
    found: list[Channel] = []
    if settings.webhook:
        found.append(_Named("webhook", lambda notice: _post(settings, environ, notice)))
    if settings.email:
        email = settings.email
        found.append(_Named("email", lambda notice: _mail(email, environ, settings.timeout_seconds, notice)))
    if settings.command:
        found.append(_Named("command", lambda notice: _run(settings.command, settings.timeout_seconds, notice)))
    return found


class _Named:
    """A channel made of a function; what may go wrong on its way becomes the reason."""

    def __init__(self, name: str, send: Callable[[Notice], None]) -> None:
        self.name = name
        self._send = send

    def tell(self, notice: Notice) -> str:
        try:
            self._send(notice)
        except urllib.error.HTTPError as error:
            error.close()
            return f"answered {error.code} {error.reason}"
        except urllib.error.URLError as error:
            return str(error.reason)
        except subprocess.TimeoutExpired as error:
            return f"took longer than {error.timeout:g} seconds"
        except subprocess.CalledProcessError as error:
            return f"ended with {error.returncode}: {_first_line(error.stderr)}"
        except (OSError, HTTPException, smtplib.SMTPException, ConfigError, ValueError) as error:
            return _said(error)
        return ""


def _post(settings: AlertSettings, environ: Mapping[str, str], notice: Notice) -> None:
    address = fill(settings.webhook, environ, "[alerts] webhook")
    if not address.startswith(("https://", "http://")):
        raise ConfigError("the address does not start with https:// or http://")
    body = {settings.text_field: f"{notice.subject}\n{notice.text}", "alerts": notice.alerts}
    request = urllib.request.Request(  # noqa: S310 - checked above
        address,
        json.dumps(body, ensure_ascii=False).encode(),
        {"Content-Type": "application/json; charset=utf-8", "User-Agent": "jobtagger"},
    )
    with urllib.request.urlopen(request, timeout=settings.timeout_seconds) as answer:  # noqa: S310
        answer.read(1)


def _mail(email: Email, environ: Mapping[str, str], timeout_seconds: float, notice: Notice) -> None:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = notice.subject, email.sender, ", ".join(email.to)
    message.set_content(notice.text)
    with _connected(email, timeout_seconds) as server:
        if email.user:
            server.login(email.user, fill(email.password, environ, "[alerts.email] password"))
        server.send_message(message)


def _connected(email: Email, timeout_seconds: float) -> smtplib.SMTP:
    """Connect as the security asks; the server's certificate is verified."""
    if email.security == "tls":
        return smtplib.SMTP_SSL(email.host, email.port, timeout=timeout_seconds, context=ssl.create_default_context())
    server = smtplib.SMTP(email.host, email.port, timeout=timeout_seconds)
    if email.security == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _run(command: tuple[str, ...], timeout_seconds: float, notice: Notice) -> None:
    """Run the command with the text in its standard input, one line an alert."""
    subprocess.run(  # noqa: S603 - the user's own command, without a shell
        command, input=f"{notice.text}\n", text=True, timeout=timeout_seconds, check=True, capture_output=True
    )


def _said(error: Exception) -> str:
    if isinstance(error, InvalidURL | UnicodeEncodeError):  # their messages show a part of the address or password
        return "the address, or the password, holds signs that are not allowed in it"
    return _first_line(str(error)) or type(error).__name__


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0][:300]
