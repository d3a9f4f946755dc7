"""The commands of an operator: run, once and again and again, init, schedule, export."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from apscheduler.triggers.cron import CronTrigger
from click.testing import CliRunner
from jobs import START, Job

from jobtagger.cli import cli, doctor_wording, status_wording, train_wording
from jobtagger.cli.export import LEVELS
from jobtagger.cli.job_wording import WORDING
from jobtagger.cli.schedule import KINDS
from jobtagger.job.export import EXPORT_COLUMNS, Filters, export
from jobtagger.job.store import open_store
from jobtagger.job.units import UNITS, cron_times, seconds_of, systemd
from jobtagger.job.units import Job as UnitJob
from jobtagger.records import UNKNOWN
from jobtagger.watch.corrections import add_correction

PROGRAM = [sys.executable, "-c", "from jobtagger.cli import main; main()"]


@pytest.fixture
def job(tmp_path, tagger):
    """Give a job with a file of three listings, one of them bad."""
    job = Job(tmp_path, tagger)
    job.add("a.csv", [("1", "Logo for a bakery", ""), ("2", "Translate a contract", "to French")])
    return job


def call(*args, **environ):
    """Call a command in-process."""
    return CliRunner().invoke(cli, list(map(str, args)), env={"LANG": "en_GB", "LC_ALL": "", **environ})


def test_run_says_what_it_did_in_both_languages(job):
    """One line a source on standard output."""
    result = call("run", "--config", job.config)
    assert (0, "board: 2 read, 2 new (0 reposts), 0 changed, 0 unchanged, 0 rejected\n") == (
        result.exit_code,
        result.output,
    )

    again = call("run", "--config", job.config, LANG="fr_FR.UTF-8")
    assert "board : 0 lues, 0 nouvelles (0 republiées), 0 modifiées, 0 inchangées, 0 rejetées\n" == again.output
    assert WORDING["en"].keys() == WORDING["fr"].keys()


def test_exit_codes_tell_a_scheduler(job):
    """0 done, 3 rows were rejected, 1 a source could not be read or the configuration is wrong, 2 wrong usage."""
    job.add("b.csv", [("3",), ("4", "Voice over", "")])
    assert 3 == call("run", "--config", job.config).exit_code
    (job.folder / "c.csv").write_bytes(b"")
    job.add("d.csv", [("5", "Cold calling", "")])
    result = call("run", "--config", job.config)
    assert 1 == result.exit_code
    assert "c.csv: is empty" in result.stderr
    assert "1 new" in result.stdout  # the rest was done
    assert 1 == call("run", "--config", "nowhere.toml").exit_code
    assert 2 == call("run", "--config", job.config, "--every", "soon").exit_code
    assert '"soon" is no duration' in call("run", "--config", job.config, "--every", "soon").output


@pytest.mark.parametrize(
    ("command", "english", "french"),
    [
        (["run", "--config", "{config}"], "board: 2 read", "board : 2 lues"),
        (["export", "--config", "{config}", "-o", "-"], "0 listings exported", "0 annonces exportées"),
        (["init", "{home}/new.toml"], "new.toml is written", "new.toml est écrit"),
        (["doctor"], "all is well", "tout va bien"),
        (["evidence", "legal", "--strength", "count"], "There is no such evidence", "Aucun élément de ce genre"),
    ],
)
def test_language_can_be_asked_for(job, command, english, french):
    """--lang goes before the locale in every command that says something to people."""
    with open_store(job.store):
        pass
    args = [part.format(config=job.config, home=job.home) for part in command]

    assert french in call(*args, "--lang", "fr", LANG="en_GB").output
    if command[0] == "init":
        (job.home / "new.toml").unlink()
    if command[0] == "run":
        job.store.unlink()
    assert english in call(*args, "--lang", "en", LANG="fr_FR").output


@pytest.mark.parametrize("words", [doctor_wording.WORDING, train_wording.WORDING, status_wording.WORDING])
def test_wordings_have_the_same_keys(words):
    """What is said in one language is said in the other."""
    assert words["en"].keys() == words["fr"].keys()


def test_every_command_for_people_takes_lang():
    """One spelling; what prints for programs alone, and the commands of others, are left out."""
    options = {name: [opt for p in command.params for opt in p.opts] for name, command in cli.commands.items()}

    assert {"columns", "schedule"} >= {name for name, opts in options.items() if "--lang" not in opts}
    assert "--language" not in [opt for opts in options.values() for opt in opts]


def test_options_reach_the_run(job):
    """--dry-run, --source, --since and --retag do what run_job does with them."""
    assert "dry run: nothing was written" in call("run", "--config", job.config, "--dry-run").output
    assert not job.store.exists()
    assert 'no source "x" is configured' in call("run", "--config", job.config, "--source", "x").output
    assert 0 == call("run", "--config", job.config, "--source", "board", "--since", "2026-01-01", "--retag").exit_code
    job.query("SELECT 1")
    with open_store(job.store) as store, store.write() as connection:
        connection.exec_driver_sql("UPDATE tags SET knowledge = 'older'")
    assert "0 rejected, 2 tagged again\n" in call("run", "--config", job.config, "--retag").output


def test_json_log_is_one_object_a_line(job):
    """Machines read counts, outcome and time; standard output stays empty."""
    result = subprocess.run([*PROGRAM, "run", "--config", job.config, "--log-format", "json"], capture_output=True, text=True, check=True)  # fmt: skip

    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert "" == result.stdout
    assert ["source board is read", "run ended"] == [line["message"] for line in lines]
    assert {"outcome": "ok", "n_new": 2, "level": "info"}.items() <= lines[1].items()
    assert "bakery" not in result.stderr


def test_sigterm_ends_a_job_that_stays_up(job):
    """Run --every goes on until SIGTERM, tags what comes meanwhile, and ends in order."""
    job.now += timedelta(days=400)
    process = subprocess.Popen(
        [*PROGRAM, "run", "--config", job.config, "--every", "1s", "--log-format", "json"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    wait_for(lambda: job.store.exists() and len(job.query("SELECT * FROM listings")) == 2)
    job.add("b.csv.part", [("3", "Voice over", "")]).rename(job.folder / "b.csv")
    wait_for(lambda: len(job.query("SELECT * FROM listings")) == 3)
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)

    assert 0 == process.returncode
    assert "Traceback" not in errors
    assert "stopped; what was done is kept" in errors
    assert [] == job.query("SELECT * FROM runs WHERE outcome IN ('running', 'failed')")


def test_trouble_does_not_end_a_job_that_stays_up(job):
    """A run that fails altogether is logged; the next one comes all the same."""
    job.config.write_text(job.config.read_text().replace("jobtagger.sqlite", "sub/jobtagger.sqlite"))
    (job.home / "sub").write_text("a file in the way of the folder")
    process = subprocess.Popen(
        [*PROGRAM, "run", "--config", job.config, "--every", "1s"], stderr=subprocess.PIPE, text=True
    )
    assert "the folder of the store cannot be made: File exists" in process.stderr.readline()
    (job.home / "sub").unlink()
    job.store = job.home / "sub" / "jobtagger.sqlite"
    wait_for(lambda: job.store.exists() and len(job.query("SELECT * FROM listings")) == 2)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)

    assert 0 == process.returncode


def test_sigterm_in_the_middle_of_a_run_keeps_what_is_done(job):
    """A run that is stopped ends soon, says so, and the next one completes it."""
    job.add("b.csv", [(str(i), f"Logo number {i} for a bakery", "") for i in range(10, 20_010)])
    process = subprocess.Popen([*PROGRAM, "run", "--config", job.config], stdout=subprocess.DEVNULL)
    wait_for(lambda: job.store.exists() and len(job.query("SELECT listing_id FROM listings LIMIT 100")) > 2)
    process.send_signal(signal.SIGTERM)

    assert 1 == process.wait(60)
    assert [("problems", "was asked to stop; the next run goes on")] == job.query("SELECT outcome, message FROM runs")
    n_before = job.query("SELECT count(*) FROM listings")[0][0]
    assert n_before < 20_002
    assert 20_002 - n_before == job.run().total("n_new")


def wait_for(condition):
    """Wait until something is so."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_init_writes_a_configuration_that_runs(tmp_path, monkeypatch):
    """The file is there, a second call leaves it alone, and a dry run with it works."""
    monkeypatch.chdir(tmp_path)
    assert "jobtagger.toml is written" in call("init").output
    assert "est écrit" in call("init", "other.toml", LANG="fr_FR").output
    again = call("init")
    assert (1, True) == (again.exit_code, "exists already and is left alone" in again.output)
    Path("listings").mkdir()
    Path("listings/a.csv").write_text("title\nLogo\n")
    assert "folder: 1 read, 1 new" in call("run", "--dry-run").output


@pytest.mark.parametrize(
    ("every", "times"),
    [("5m", "*/5 * * * *"), ("30m", "*/30 * * * *"), ("1h", "7 * * * *"), ("6h", "7 */6 * * *"), ("1d", "7 4 * * *")],
)
def test_cron_line_starts_as_often_as_asked(every, times):
    """The five fields mean what was asked for, as another program reads them."""
    assert times == cron_times(seconds_of(every))
    trigger = CronTrigger.from_crontab(times, timezone="UTC")
    first = trigger.get_next_fire_time(None, START)
    second = trigger.get_next_fire_time(first, first + timedelta(seconds=1))
    assert seconds_of(every) == (second - first).total_seconds()


def test_cron_cannot_count_everything(job):
    """What cron cannot do is said, with what it can."""
    result = call("schedule", "--config", job.config, "--as", "cron", "--every", "45m")

    assert 2 == result.exit_code
    assert "cron knows minutes that divide an hour" in result.output
    with pytest.raises(ValueError, match='"0m" is no duration'):
        seconds_of("0m")


def test_cron_line_runs(job):
    """The command of the line, given to a shell, does the work."""
    line = call("schedule", "--config", job.config, "--as", "cron").output.splitlines()[1]
    command = line.split("  ", 1)[1].replace("\\%", "%")
    program, _, rest = command.partition(" run ")
    assert program.endswith(("jobtagger", "pytest", "__main__.py", "pytest.py")), program

    jobtagger = f"{sys.executable} -c 'from jobtagger.cli import main; main()'"
    assert 0 == subprocess.run(f"{jobtagger} run {rest}", shell=True, check=False).returncode
    assert '"n_new": 2' in (job.home / "jobtagger.log").read_text()


def test_systemd_units_are_complete(job):
    """A service that may exit with 3, and a timer."""
    text = call("schedule", "--config", job.config, "--as", "systemd", "--every", "2h").output

    service, timer = text.split("# /etc/systemd/system/jobtagger.timer")
    assert f"run --config {job.config} --log-format json" in service
    assert {"Type=oneshot", "SuccessExitStatus=3", f"WorkingDirectory={job.home}"} <= set(service.splitlines())
    assert {"OnUnitActiveSec=7200s", "WantedBy=timers.target"} <= set(timer.splitlines())


def test_systemd_service_has_an_account_and_no_more_rights(job):
    """It runs as the owner of the configuration, and never as root."""
    owner = job.config.owner()
    account = "jobtagger" if owner == "root" else owner
    text = call("schedule", "--config", job.config, "--as", "systemd").output

    assert {f"User={account}", "NoNewPrivileges=yes", "ProtectSystem=full"} <= set(text.splitlines())
    assert "User=anna\n" in systemd(UnitJob("jobtagger", job.config, 60, "anna"))
    if os.geteuid() == 0:
        shutil.chown(job.config, "nobody")
        assert "User=nobody\n" in call("schedule", "--config", job.config, "--as", "systemd").output
        os.chown(job.config, 54321, -1)
        assert "User=jobtagger\n" in call("schedule", "--config", job.config, "--as", "systemd").output


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path):
    """Its own check passes both files, in a folder whose name holds signs that mean something to it."""
    folder = tmp_path / "50 % of $HOME"
    folder.mkdir()
    text = systemd(UnitJob("/bin/true", folder / "jobtagger.toml", 5400, "daemon"))
    service, timer = text.split("# /etc/systemd/system/jobtagger.timer")
    paths = [tmp_path / f"jobtagger.{kind}" for kind in ("service", "timer")]
    for path, unit in zip(paths, (service, timer), strict=True):
        path.write_text(unit, "utf-8")

    result = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)

    assert "" == "\n".join(line for line in result.stderr.splitlines() if "jobtagger." in line)


@pytest.mark.parametrize(
    ("every", "said"),
    [
        ("90s", "90 seconds"),
        ("1m", "minute"),
        ("30m", "30 minutes"),
        ("1h", "hour"),
        ("90m", "90 minutes"),
        ("2d", "2 days"),
    ],
)
def test_timer_says_how_often(job, every, said):
    """In the largest unit that fits."""
    text = call("schedule", "--config", job.config, "--as", "systemd", "--every", every).output
    assert f"Description=Tag new job listings every {said}\n" in text


def test_choices_are_those_of_the_code(tagger):
    """The commands name them without loading what they are choices of."""
    levels = [level.id for level in tagger.knowledge.policy.levels]

    assert list(KINDS) == list(UNITS)
    assert sorted(LEVELS) == sorted([*levels, UNKNOWN])


def test_github_workflow_is_complete(job):
    """It installs, restores the store, runs, and keeps the store."""
    text = call("schedule", "--config", job.config, "--as", "github-actions", "--every", "6h").output

    assert '- cron: "7 */6 * * *"' in text
    assert 'run: pip install "jobtagger[job,postgresql] @ git+${{ vars.JOBTAGGER }}"' in text
    assert "run: jobtagger run --config jobtagger.toml --log-format json || test $? -eq 3" in text
    assert "key: jobtagger-${{ github.run_id }}" in text


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "csv.gz"])
def test_export_writes_every_format(job, ending):
    """The current tags with their listings, in order of arrival, in the format of the ending."""
    job.run()
    output = job.home / f"out.{ending}"

    result = call("export", "--config", job.config, "-o", output)

    assert "2 listings exported" in result.output
    from jobtagger.batch import ReadOptions  # noqa: PLC0415
    from jobtagger.batch.reading import open_table  # noqa: PLC0415

    with open_table(str(output), ReadOptions(), job.tagger.knowledge.sources) as table:
        assert list(EXPORT_COLUMNS) == table.columns
        place = table.columns.index("category")
        assert ["graphic_design", "translation"] == [row[place] for row in table.rows]


def test_export_passes_on_what_fits_every_filter(tmp_path, tagger, store_place):
    """Category, level, source, day, review and reposts narrow down what is written."""
    job = Job(tmp_path, tagger, store_place)
    rows = [
        ("1", "Logo for a bakery", "", "2026-03-01"),
        ("2", "Translate a contract", "to French", "2026-03-20"),
        ("3", "Logo for a bakery", "", "2026-03-25"),
        ("4", "???", "", ""),
    ]
    job.add("a.csv", rows, "id,title,description,posted")
    job.run()

    def keys(**filters):
        with open_store(job.store) as store:
            export(store, str(job.home / "out.csv"), Filters(**filters))
        with (job.home / "out.csv").open() as file:
            return [row["listing_key"] for row in csv.DictReader(file)]

    assert ["1", "2", "3", "4"] == keys()
    assert ["1", "3"] == keys(categories=("graphic_design",))
    assert ["1", "2", "3"] == keys(categories=("graphic_design", "translation"))
    assert ["2"] == keys(levels=("high",))
    assert [] == keys(sources=("board",), levels=("growing",))
    assert ["2", "3", "4"] == keys(since=START - timedelta(days=20))
    assert ["4"] == keys(needs_review=True)
    assert ["1", "2"] == keys(needs_review=False, reposts=False)


def test_export_holds_corrections(tmp_path, tagger, store_place):
    """What a person said stands beside the tag, for every listing with the text, and is what --category asks for."""
    job = Job(tmp_path, tagger, store_place)
    job.add(
        "a.csv", [("1", "Logo for a bakery", ""), ("2", "Logo for a bakery", ""), ("3", "Translate a contract", "")]
    )
    job.run()
    with open_store(job.store) as store, store.write() as connection:
        add_correction(connection, 1, "legal", job.now, "me")

    def rows(**filters):
        with open_store(job.store) as store:
            export(store, str(job.home / "out.csv"), Filters(**filters), ["legal"])
        with (job.home / "out.csv").open() as file:
            return [(row["listing_key"], row["category"], row["corrected_category"]) for row in csv.DictReader(file)]

    corrected = [("1", "graphic_design", "legal"), ("2", "graphic_design", "legal")]
    assert [*corrected, ("3", "translation", "")] == rows()
    assert corrected == rows(categories=("legal",))
    assert [] == rows(categories=("graphic_design",))


def test_export_names_what_is_wrong(job):
    """No store, an unknown source, an unknown format: an error in one line, and no file."""
    output = job.home / "out.csv"
    assert 'no such store; "jobtagger run" makes it' in call("export", "--config", job.config, "-o", output).output
    job.run()
    result = call("export", "--config", job.config, "-o", output, "--source", "x")
    assert 'holds no listing of source "x"; there are: board' in result.output
    output.write_text("of yesterday")
    result = call("export", "--config", job.config, "-o", output, "--category", "translatoin")
    assert 'holds no listing of category "translatoin"; did you mean "translation"?; there are: ' in result.output
    assert (1, "of yesterday") == (result.exit_code, output.read_text())
    output.unlink()
    for name in ("legal", "unknown", "other"):  # no listing today, perhaps tomorrow
        assert 0 == call("export", "--config", job.config, "-o", job.home / "none.csv", "--category", name).exit_code
    assert 'format ".doc" is not known' in call("export", "--config", job.config, "-o", job.home / "o.doc").output
    assert not output.exists()


@pytest.mark.parametrize("command", ["run", "status", "export", "trends", "review"])
def test_password_of_any_signs_is_not_told(job, command, monkeypatch):
    """Each command that opens the store names it without any part of its password."""
    where = "postgresql://me:${PW}@/x?host=" + str(job.home)
    job.config.write_text(job.config.read_text().replace(f'database = "{job.store}"', f'url = "{where}"'))
    options = {"export": ["-o", "-"], "review": ["--list"]}.get(command, [])

    result = call(command, "--config", job.config, *options, PW="hush@pst99")

    told = result.output + str(result.exception)
    assert "the database cannot be used" in told
    assert "hush" not in told
    assert "pst99" not in told


def test_store_is_asked_where_files_cannot_be_locked(job):
    """Only a run takes the lock: without `fcntl` (Windows) it says so, the other commands work."""
    call("run", "--config", job.config)
    script = "import os, sys; sys.modules['fcntl'] = None; os.supports_effective_ids = set(); from jobtagger.cli import main; main()"

    def ask(*args):
        return subprocess.run(
            [sys.executable, "-c", script, *args, "--config", str(job.config)],
            capture_output=True,
            text=True,
            check=False,
        )

    assert ("", 0) == (ask("status").stderr, ask("status").returncode)
    assert "bakery" in ask("export", "-o", "-").stdout
    refused = ask("run")
    assert 1 == refused.returncode
    assert "a SQLite store cannot be locked on this system; let Linux or macOS run the job, or use" in refused.stderr


def test_help_imports_no_database():
    """The libraries of the job are imported by its commands only when they run."""
    script = (
        "import sys; from click.testing import CliRunner; from jobtagger.cli import cli\n"
        "CliRunner().invoke(cli, ['run', '--help'])\n"
        "print([m for m in ('sqlalchemy', 'feedparser', 'apscheduler', 'psycopg') if m in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert "[]\n" == result.stdout
