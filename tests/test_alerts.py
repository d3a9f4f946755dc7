"""Alerts: quiet when all is well, said once on every channel, over when it is over."""

import json
import socket
import ssl
import sys
import threading
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from stores import add_run, day, some

from jobtagger.job.store import open_store
from jobtagger.watch.alerts import find, open_alerts, send_alerts
from jobtagger.watch.settings import AlertSettings, Email, Limits

CATEGORIES = ("legal", "translation", "web_development", "graphic_design", "data_entry")
N_DAYS = 63


def usual(random, n=30, **columns):
    """Draw a day's listings as they usually come."""
    return [
        {
            "category": CATEGORIES[random.choice(5, p=(0.4, 0.25, 0.2, 0.1, 0.05))],
            "language": "fr" if random.random() < 0.3 else "en",
            "needs_review": "true" if random.random() < 0.1 else "false",
        }
        | columns
        for _ in range(random.poisson(n))
    ]


@pytest.fixture
def store(tmp_path):
    """Give an empty store."""
    with open_store(tmp_path / "s.sqlite") as opened:
        yield opened


@pytest.fixture
def steady(store):
    """Give a store with nine weeks of two sources that are read every day, and a large first scrape."""
    random = np.random.default_rng(5)
    for number in range(N_DAYS):
        n = 600 if number == 0 else 30
        add_run(store, day(number), {"a": usual(random, n), "b": usual(random, n // 2)})
    return store


def kinds(store, at, limits=None):
    """Give what is found at a moment, as pairs of kind and source."""
    with store.read() as connection:
        return {(finding.kind, finding.source) for finding in find(connection, at, limits or Limits())}


def test_all_is_well(steady):
    """On none of the last 28 days of a steady store is anything found."""
    assert [set()] * 28 == [kinds(steady, day(number) + timedelta(hours=1)) for number in range(N_DAYS - 28, N_DAYS)]


def test_large_counts_do_not_cry_wolf(store):
    """With 3000 listings a day, usual differences of weeks are significant by chance alone, and yet no alert."""
    random = np.random.default_rng(6)
    for number in range(N_DAYS):
        shares = random.dirichlet(np.array([40, 25, 20, 10, 5]) * 10.0)
        found = [
            row
            for c, n in zip(CATEGORIES, random.multinomial(600, shares), strict=True)
            for row in some(int(n), category=c)
        ]
        add_run(store, day(number), {"a": found})

    assert set() == kinds(store, day(N_DAYS - 1))


def test_small_steady_shift_of_a_large_source_is_no_alert(store):
    """Three points more translation among 7000 listings a week are far from chance, and not worth an alert."""
    random = np.random.default_rng(12)
    for number in range(N_DAYS):
        shares = (0.4, 0.25, 0.2, 0.1, 0.05) if number < N_DAYS - 7 else (0.37, 0.28, 0.2, 0.1, 0.05)
        counted = random.multinomial(1000, shares)
        found = [row for c, n in zip(CATEGORIES, counted, strict=True) for row in some(int(n), category=c)]
        add_run(store, day(number), {"a": found})

    assert set() == kinds(store, day(N_DAYS - 1))
    assert {("categories", "a")} == kinds(store, day(N_DAYS - 1), Limits(min_effect=0.01))


def test_backlog_is_no_usual_state(store):
    """A first scrape of a thousand old listings of another kind raises nothing later, and hides no shift."""
    random = np.random.default_rng(13)
    for number in range(42):
        backlog = some(1000, category="data_entry", language="de", needs_review="true") if number == 0 else []
        late = usual(random, 15, category="data_entry") if number >= 35 else []
        add_run(store, day(number), {"a": [*usual(random, 15 if late else 30), *late, *backlog]})

    assert [set()] * 14 == [kinds(store, day(number)) for number in range(21, 35)]
    assert {("categories", "a")} == kinds(store, day(41))


def test_empty_store_finds_nothing(store):
    """Before the first run there is nothing to say."""
    assert set() == kinds(store, day(0))


@pytest.mark.parametrize("what", ["empty", "unread"])
def test_silent_source_is_found(steady, what):
    """A source that brings nothing new for four days is silent, whether its runs are empty or fail; the other is not."""
    random = np.random.default_rng(7)
    for number in range(N_DAYS, N_DAYS + 4):
        add_run(steady, day(number), {"a": [] if what == "empty" else "HTTP 500", "b": usual(random, 15)})

    found = kinds(steady, day(N_DAYS + 3))

    assert ("silent", "a") in found
    assert (("source_error", "a") in found) == (what == "unread")
    assert not [entry for entry in found if entry[1] == "b"]


def test_weekly_source_is_not_silent_between_its_days(store):
    """A source that brings something every Monday is not silent on a Sunday; after three weeks it is."""
    for number in range(N_DAYS):
        add_run(store, day(number), {"a": some(40) if number % 7 == 0 else []})

    assert set() == kinds(store, day(N_DAYS - 1))

    for number in range(N_DAYS, N_DAYS + 14):
        add_run(store, day(number), {"a": []})
    assert {("silent", "a")} == kinds(store, day(N_DAYS + 13))


def test_source_that_left_the_configuration_is_not_silent(steady):
    """A source that runs no longer look at is nobody's concern."""
    random = np.random.default_rng(7)
    for number in range(N_DAYS, N_DAYS + 10):
        add_run(steady, day(number), {"b": usual(random, 15)})

    assert set() == kinds(steady, day(N_DAYS + 9))


def test_rejected_rows_are_found_in_the_very_run(steady):
    """One reading with a third of its rows rejected is enough."""
    random = np.random.default_rng(8)
    add_run(steady, day(N_DAYS), {"a": [*usual(random), *["rejected"] * 15], "b": usual(random, 15)})

    assert {("rejects", "a")} == kinds(steady, day(N_DAYS))


def test_fewer_rows_are_found(steady):
    """When pages are cut to a few rows, both the rows read and the new listings fall."""
    random = np.random.default_rng(9)
    for number in range(N_DAYS, N_DAYS + 7):
        add_run(steady, day(number), {"a": usual(random, 4), "b": usual(random, 15)})

    assert {("new_listings_fell", "a"), ("rows_read_fell", "a")} == kinds(steady, day(N_DAYS + 6))


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"category": "data_entry"}, "categories"),
        ({"language": "es"}, "languages"),
        ({"needs_review": "true"}, "reviews"),
    ],
)
def test_shifts_are_found(steady, columns, expected):
    """When a third of a week's listings change category, language or sureness, that is found and nothing else."""
    random = np.random.default_rng(10)
    for number in range(N_DAYS, N_DAYS + 7):
        add_run(steady, day(number), {"a": [*usual(random, 20), *usual(random, 10, **columns)], "b": usual(random, 15)})

    assert {(expected, "a")} == kinds(steady, day(N_DAYS + 6))


def test_reposts_are_no_shift(steady):
    """A flood of reposts of one listing moves no mix."""
    random = np.random.default_rng(11)
    for number in range(N_DAYS, N_DAYS + 7):
        flood = some(25, category="data_entry", repost_of=1)
        add_run(steady, day(number), {"a": [*usual(random, 30), *flood], "b": usual(random, 15)})

    assert set() == kinds(steady, day(N_DAYS + 6))


def test_failed_run_is_found(steady):
    """A run that failed as a whole is the job's own alert."""
    add_run(steady, day(N_DAYS), {}, outcome="failed", message="disk full")

    assert {("run_failed", "")} == kinds(steady, day(N_DAYS))


class Listener:
    """A real HTTP server that keeps what it is sent, and answers with `status`."""

    def __init__(self):
        self.bodies, self.status = [], 200
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                listener.bodies.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(listener.status)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture
def listener():
    """Give a running HTTP server."""
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever, args=(0.01,))
    thread.start()
    yield listener
    listener.server.shutdown()
    listener.server.server_close()
    thread.join()


class Inbox:
    """Keeps the mails that a real SMTP server receives."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        """Keep a mail."""
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@pytest.fixture
def inbox():
    """Give the inbox of a running SMTP server, with its port."""
    inbox = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        inbox.port = free.getsockname()[1]
    controller = Controller(inbox, hostname="127.0.0.1", port=inbox.port)
    controller.start()
    yield inbox
    controller.stop()


def fail(store, number):
    """Let the run of a day fail."""
    add_run(store, day(number), {"a": []}, outcome="failed", message="disk full")


def test_alert_is_said_once_and_then_over(store, listener):
    """Raised, lasting, over for less than a day and for longer: two messages in all."""
    settings = AlertSettings(webhook=listener.address)
    add_run(store, day(0), {"a": some(3)})
    quiet = send_alerts(store, settings, {}, day(0))
    fail(store, 1)
    raised = send_alerts(store, settings, {}, day(1))
    fail(store, 2)
    lasting = send_alerts(store, settings, {}, day(2))
    add_run(store, day(2) + timedelta(hours=1), {"a": some(3)})
    held = send_alerts(store, settings, {}, day(2) + timedelta(hours=1))
    over = send_alerts(store, settings, {}, day(4))

    assert [0, 1, 0, 0, 0] == [len(report.raised) for report in (quiet, raised, lasting, held, over)]
    assert [0, 0, 0, 0, 1] == [len(report.cleared) for report in (quiet, raised, lasting, held, over)]
    assert [
        "jobtagger: 1 new, 0 over\nAlert: the job: the last run failed: disk full",
        "jobtagger: 0 new, 1 over\nOver: the job: the last run failed: disk full",
    ] == [body["text"] for body in listener.bodies]
    assert [{"kind": "run_failed", "source": "", "raised_at": "2026-03-03T06:00:00+00:00", "cleared_at": None,
             "message": "the job: the last run failed: disk full"}] == listener.bodies[0]["alerts"]  # fmt: skip


def test_refused_alert_is_told_by_the_next_run(store, listener):
    """A channel that answers 500 is a problem of the report, and gets the alert when it is back."""
    settings = AlertSettings(webhook="http://${HOST}/hook")
    environ = {"HOST": listener.address.removeprefix("http://").removesuffix("/hook")}
    fail(store, 0)
    listener.status = 500
    first = send_alerts(store, settings, environ, day(0))
    listener.status = 204
    second = send_alerts(store, settings, environ, day(0))
    third = send_alerts(store, settings, environ, day(0))

    assert ("alerts: webhook: answered 500 Internal Server Error; the next run tries again",) == first.problems
    assert ((), ()) == (second.problems, third.problems)
    assert 2 == len(listener.bodies)


def test_unreachable_channels_are_problems(store, tmp_path):
    """Nobody listening, no such command, a failing command, a missing variable: one line each, nothing raised."""
    fail(store, 0)
    settings = [
        AlertSettings(webhook="http://127.0.0.1:9/"),
        AlertSettings(webhook="${NOWHERE}"),
        AlertSettings(email=Email("127.0.0.1", "a@example.org", ("b@example.org",), 9, "none")),
        AlertSettings(command=(str(tmp_path / "none"),)),
        AlertSettings(command=(sys.executable, "-c", "import sys; sys.exit('no bell')")),
        AlertSettings(command=(sys.executable, "-c", "import time; time.sleep(9)"), timeout_seconds=0.2),
    ]
    problems = [send_alerts(store, each, {}, day(0)).problems for each in settings]

    assert [1] * 6 == [len(each) for each in problems]
    for expected, (problem,) in zip(
        (
            "refused",
            "no variable NOWHERE",
            "refused",
            "No such file",
            "ended with 1: no bell",
            "longer than 0.2 seconds",
        ),
        problems,
        strict=True,
    ):
        assert expected in problem


@pytest.mark.parametrize("secret", ["SECRET TOKEN", "SECRET\x7f", "SECRETÉ", "SECRET:x@y:TOKEN"])
def test_address_that_is_not_allowed_is_not_shown(store, secret):
    """A webhook with a blank or another sign that HTTP refuses is a problem that tells nothing of the address."""
    fail(store, 0)
    for webhook in ("http://127.0.0.1:9/services/${TOKEN}", "http://${TOKEN}/services"):
        (problem,) = send_alerts(store, AlertSettings(webhook=webhook), {"TOKEN": secret}, day(0)).problems

        assert problem.startswith("alerts: webhook: ")
        assert "SECRET" not in problem
        assert "TOKEN" not in problem


def test_mail_is_sent_in_french(store, inbox):
    """A real SMTP server gets the message, worded in the language of the configuration."""
    fail(store, 0)
    email = Email("127.0.0.1", "job@example.org", ("a@example.org", "b@example.org"), inbox.port, "none")

    report = send_alerts(store, AlertSettings(language="fr", email=email), {}, day(0))

    assert () == report.problems
    ((sender, receivers, content),) = inbox.mails
    mail = message_from_bytes(content, policy=policy.default)
    assert ("job@example.org", ["a@example.org", "b@example.org"]) == (sender, receivers)
    assert "jobtagger : 1 nouvelle(s), 0 terminée(s)" == mail["Subject"]
    assert "Alerte : la tâche : la dernière exécution a échoué : disk full" == mail.get_content().strip()


@pytest.fixture
def secure(tmp_path):
    """Give the inbox of a mail server that wants STARTTLS and a login, with its port and the file of its authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    inbox = Inbox()
    inbox.authority = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(inbox.authority))
    with socket.create_server(("127.0.0.1", 0)) as free:
        inbox.port = free.getsockname()[1]

    def check(server, session, envelope, mechanism, data):
        return AuthResult(success=(data.login, data.password) == (b"job", b"s3cret"), handled=False)

    controller = Controller(
        inbox,
        "127.0.0.1",
        inbox.port,
        tls_context=context,
        require_starttls=True,
        authenticator=check,
        auth_required=True,
    )
    controller.start()
    yield inbox
    controller.stop()


def test_mail_over_starttls_with_a_login(store, secure, monkeypatch):
    """A certificate that is trusted lets the password through; one that is not gets nothing."""
    fail(store, 0)
    email = Email("127.0.0.1", "job@example.org", ("a@example.org",), secure.port, "starttls", "job", "${PASSWORD}")
    settings = AlertSettings(email=email)

    distrusted = send_alerts(store, settings, {"PASSWORD": "s3cret"}, day(0))
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.authority))
    refused = send_alerts(store, settings, {"PASSWORD": "guess"}, day(0))
    sent = send_alerts(store, settings, {"PASSWORD": "s3cret"}, day(0))

    assert "certificate verify failed" in distrusted.problems[0]
    assert "alerts: email: (535" in refused.problems[0]
    assert () == sent.problems
    assert 1 == len(secure.mails)


def test_command_gets_the_text(store, tmp_path):
    """A real command gets one line an alert in its standard input."""
    fail(store, 0)
    told = tmp_path / "told.txt"
    script = f"import sys; open({str(told)!r}, 'a').write(sys.stdin.read())"

    send_alerts(store, AlertSettings(command=(sys.executable, "-c", script)), {}, day(0))

    assert "Alert: the job: the last run failed: disk full\n" == told.read_text()


def test_each_channel_is_told_once_even_if_another_fails(store, listener):
    """While mail is down, the webhook is not told a second time."""
    fail(store, 0)
    email = Email("127.0.0.1", "a@example.org", ("b@example.org",), 9, "none")
    settings = AlertSettings(webhook=listener.address, email=email)

    reports = [send_alerts(store, settings, {}, day(0)) for _ in range(3)]

    assert [1, 1, 1] == [len(report.problems) for report in reports]
    assert 1 == len(listener.bodies)


def test_open_alerts_are_kept_in_the_store(store):
    """What lasts can be asked for, and nothing where no alert was ever looked for."""
    with store.read() as connection:
        assert [] == open_alerts(connection)
    fail(store, 0)
    send_alerts(store, AlertSettings(command=("true",)), {}, day(0))

    with store.read() as connection:
        assert [("run_failed", "")] == [(alert.kind, alert.source) for alert in open_alerts(connection)]
