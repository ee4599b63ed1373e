"""`keysieve scan` as people and pipelines meet it: exit codes, files, messages, and no secret anywhere."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scanner.secrets import PUBLISHED_KEY, Secret, fingerprint
from tests.cli.command import COMMAND, environment, keysieve, report
from tests.helpers.repositories import Repo
from tests.helpers.samples import sample

FORMATS = ("text", "json", "jsonl", "sarif")


def leak(number: int = 1) -> str:
    return sample("github-pat-classic", seed=3000 + number)


def mark(number: int = 1) -> str:
    return fingerprint(Secret(leak(number).encode()), PUBLISHED_KEY)


@pytest.fixture
def dirty(tmp_path: Path) -> Path:
    folder = tmp_path / "dirty"
    folder.mkdir()
    (folder / "a.txt").write_text(f"key = {leak()}\n")
    return folder


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    folder = tmp_path / "clean"
    folder.mkdir()
    (folder / "a.txt").write_text("nothing\n")
    return folder


@pytest.fixture
def broken(dirty: Path) -> Path:
    """Findings, and something that cannot be looked at."""
    repo = Repo(dirty)
    repo.commit("one")
    (dirty / "b.txt").write_text("lost\n")
    repo.commit("two")
    lost = repo.git("rev-parse", "HEAD:b.txt")
    (dirty / ".git/objects" / lost[:2] / lost[2:]).unlink()
    return dirty


# ---------------------------------------------------------------- exit codes


def test_a_clean_scan_is_0(clean: Path) -> None:
    assert keysieve("scan", clean).code == 0


def test_findings_are_1(dirty: Path) -> None:
    assert keysieve("scan", dirty).code == 1


def test_an_incomplete_scan_is_3_also_with_findings(broken: Path) -> None:
    assert keysieve("scan", broken).code == 3


def test_usage_is_2_also_where_the_scan_would_be_incomplete(broken: Path) -> None:
    assert keysieve("scan", "--engine", "none", broken).code == 2


@pytest.mark.parametrize("code", [0, 1, 9, 255])
def test_exit_code_replaces_the_1(dirty: Path, clean: Path, code: int) -> None:
    assert keysieve("scan", "--exit-code", str(code), dirty).code == code
    assert keysieve("scan", "--exit-code", str(code), clean).code == 0


def test_exit_code_does_not_replace_the_3(broken: Path) -> None:
    assert keysieve("scan", "--exit-code", "0", broken).code == 3


@pytest.mark.parametrize("code", ["-1", "256", "x"])
def test_an_exit_code_that_is_none_is_refused(dirty: Path, code: str) -> None:
    assert keysieve("scan", "--exit-code", code, dirty).code == 2


def test_findings_below_the_level_are_no_reason_to_fail(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(f"password = '{sample('password-assignment', 3)}'\n")
    low = keysieve("scan", "--confidence", "low", "-q", tmp_path)
    assert low.code == 1
    high = keysieve("scan", "--confidence", "high", "-q", tmp_path)
    assert (high.code, high.out) == (0, "")


def test_a_fault_of_ours_is_not_told_as_findings(dirty: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import scanner.ledger\n"
        "def broken(*arguments): raise RuntimeError('out of luck')\n"
        "scanner.ledger.Ledger.findings = broken\n"
    )
    done = subprocess.run(
        [*COMMAND, "scan", str(dirty)],
        capture_output=True,
        env=environment(PYTHONPATH=f"{tmp_path}:{environment()['PYTHONPATH']}"),
        check=False,
        timeout=240,
    )
    assert b"RuntimeError" in done.stderr
    assert done.returncode == 3


# ---------------------------------------------------------------- usage


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--engine", "none"), "choose one of auto, hyperscan, ahocorasick"),
        (("--confidence", "sure"), "'sure' is no confidence"),
        (("-f", "nothing"), "'nothing' is no report format"),
        (("-f", "_words"), "'_words' is no report format"),
        (("-j", "0"), "0 is not in the range"),
        (("--no-history", "--history-only"), "leave nothing to scan"),
        (("--nonsense",), "No such option"),
        (("--verify-unconfirmed",), "goes with --verify"),
        (("--confidence", "verified"), "needs --verify"),
        (("--config", "missing.toml"), "missing.toml: cannot be read"),
        (("--baseline", "missing.json"), "missing.json: cannot be read"),
    ],
)
def test_a_wrong_option_is_a_usage_error_that_says_so(dirty: Path, arguments: tuple[str, ...], words: str) -> None:
    done = keysieve("scan", *arguments, dirty)
    assert (done.code, done.out) == (2, "")
    assert words in " ".join(done.err.split())


def test_a_command_that_is_none_is_refused() -> None:
    assert keysieve("nonsense").code == 2


def test_help_and_version_are_0() -> None:
    assert keysieve("--help").code == 0
    assert "Exit codes" in keysieve("scan", "--help").out
    assert keysieve("--version").out.startswith("keysieve")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense = 1\n", "'nonsense' is not a setting"),
        ("jobs = 'many'\n", "'jobs' must be int"),
        ("jobs = true\n", "'jobs' must be int"),
        ("exclude = 'x'\n", "'exclude' must be a list of strings"),
        ("exclude = [1]\n", "'exclude' must be a list of strings"),
        ("confidence = 'sure'\n", "'sure' is no confidence"),
        ("engine = 'none'\n", "choose one of"),
        ("not toml", "is not TOML"),
        ("patterns = ['missing.toml']\n", "missing.toml"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_a_usage_error(
    dirty: Path, tmp_path: Path, text: str, words: str
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    done = keysieve("scan", "--config", config, dirty)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


@pytest.mark.parametrize("text", ["jobs = 0\n", "jobs = -1\n"])
def test_a_number_of_jobs_that_is_none_is_refused(dirty: Path, tmp_path: Path, text: str) -> None:
    config = tmp_path / "config.toml"
    config.write_text(text)
    assert keysieve("scan", "--config", config, dirty).code == 2


def test_the_command_line_wins_over_the_configuration(dirty: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("exclude = ['b.txt']\nconfidence = 'verified'\n")
    (dirty / "b.txt").write_text(f"key = {leak(2)}\n")
    assert "needs --verify" in keysieve("scan", "--config", config, dirty).err
    _, document = report("--config", config, "--confidence", "high", dirty)
    assert [finding["fingerprint"] for finding in document["findings"]] == [mark(1)]


def test_a_fingerprint_key_changes_fingerprints(dirty: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("fingerprint_key = 'mine'\n")
    from_config = report("--config", config, dirty)[1]["findings"][0]["fingerprint"]
    from_environment = report(dirty, KEYSIEVE_FINGERPRINT_KEY="mine")[1]["findings"][0]["fingerprint"]
    assert from_config == from_environment != mark()


# ---------------------------------------------------------------- reports


def test_without_a_target_the_current_folder_is_scanned(dirty: Path) -> None:
    done = keysieve("scan", "-q", cwd=dirty)
    assert done.out.startswith("a.txt:1:7: high: GitHub personal access token (classic)")


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_tells_the_finding_and_nothing_on_stderr(dirty: Path, format_: str) -> None:
    done = keysieve("scan", "-f", format_, dirty)
    assert (done.code, done.err) == (1, "")
    assert mark()[:16] in done.out
    if format_ in ("json", "sarif"):
        json.loads(done.out)
    if format_ == "jsonl":
        rows = [json.loads(row) for row in done.out.splitlines()]
        assert ["fingerprint" in row for row in rows] == [True, False]


@pytest.mark.parametrize("format_", FORMATS)
def test_an_incomplete_scan_says_so_in_every_format(broken: Path, format_: str) -> None:
    done = keysieve("scan", "-f", format_, broken)
    assert "incomplete" in (done.out + done.err).lower()
    if format_ != "text":
        assert "the scan is INCOMPLETE: 1 errors" in done.err


def test_quiet_is_one_line_for_each_finding(dirty: Path, clean: Path) -> None:
    assert keysieve("scan", "-q", dirty).out.count("\n") == 1
    assert keysieve("scan", "-q", clean) == (0, "", "")


def test_no_colour_and_no_bar_without_a_terminal(dirty: Path) -> None:
    done = keysieve("scan", dirty)
    assert "\x1b" not in done.out
    assert done.err == ""


def test_a_name_cannot_forge_a_report(tmp_path: Path) -> None:
    (tmp_path / "a\x1b[2J\nfake: high").write_text(f"key = {leak()}\n")
    for option in ((), ("-q",)):
        done = keysieve("scan", *option, tmp_path)
        assert "\x1b" not in done.out
        assert "\nfake" not in done.out


# ---------------------------------------------------------------- --output


@pytest.mark.parametrize("format_", FORMATS)
def test_output_writes_the_report_and_nothing_on_stdout(dirty: Path, tmp_path: Path, format_: str) -> None:
    out = tmp_path / "report"
    done = keysieve("scan", "-f", format_, "-o", out, dirty)
    assert (done.code, done.out) == (1, "")
    assert mark()[:16] in out.read_text()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report"]


def test_output_to_a_dash_is_stdout(dirty: Path) -> None:
    assert mark() in keysieve("scan", "-f", "json", "-o", "-", dirty).out


def test_an_old_report_is_replaced_only_by_a_whole_one(dirty: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    out.write_text("old")
    assert keysieve("scan", "-f", "nothing", "-o", out, dirty).code == 2
    assert out.read_text() == "old"
    assert keysieve("scan", "-f", "json", "-o", out, dirty).code == 1
    assert json.loads(out.read_text())["findings"]


@pytest.mark.parametrize("name", ["missing/report", "a-file/report", "a-folder"])
def test_an_output_that_cannot_be_written_is_a_usage_error(dirty: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "a-file").write_text("")
    (tmp_path / "a-folder").mkdir()
    before = sorted(tmp_path.iterdir())
    done = keysieve("scan", "-o", tmp_path / name, dirty)
    assert (done.code, done.out) == (2, "")
    assert "cannot be written" in done.err
    assert sorted(tmp_path.iterdir()) == before


def test_an_output_that_cannot_be_written_is_known_before_the_scan(tmp_path: Path) -> None:
    began = time.perf_counter()
    os.mkfifo(tmp_path / "pipe")
    process = subprocess.Popen(
        [*COMMAND, "scan", "-o", str(tmp_path / "missing/report"), str(tmp_path / "pipe")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    try:
        process.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
    assert process.returncode == 2
    assert time.perf_counter() - began < 5


def test_output_to_a_pipe_keeps_the_pipe(dirty: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR)
    try:
        keysieve("scan", "-f", "json", "-o", pipe, dirty)
        assert pipe.is_fifo()
    finally:
        os.close(end)


def test_a_stale_temporary_file_does_not_stop_a_report(dirty: Path, tmp_path: Path) -> None:
    from scanner.cache import write_atomically

    out = tmp_path / "report"
    (tmp_path / f"report.{os.getpid()}.tmp").write_text("half")
    write_atomically(str(out), b"whole")
    assert out.read_bytes() == b"whole"


def test_a_report_is_not_among_what_is_scanned_next(dirty: Path) -> None:
    out = dirty / "report.json"
    for _ in range(2):
        assert keysieve("scan", "-f", "json", "-o", out, dirty).code == 1
    assert len(json.loads(out.read_text())["findings"]) == 1


# ---------------------------------------------------------------- suppression


@pytest.mark.parametrize("format_", ["json", "jsonl"])
def test_a_baseline_leaves_out_what_it_holds(dirty: Path, tmp_path: Path, format_: str) -> None:
    old = tmp_path / "old"
    keysieve("scan", "-f", format_, "-o", old, dirty)
    code, document = report("--baseline", old, dirty)
    assert (code, document["findings"], document["scan"]["suppressed"]) == (0, [], 1)
    (dirty / "b.txt").write_text(f"key = {leak(2)}\n")
    code, document = report("--baseline", old, dirty)
    assert (code, [finding["fingerprint"] for finding in document["findings"]]) == (1, [mark(2)])


def test_a_baseline_holds_after_the_file_moved(dirty: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    keysieve("scan", "-f", "json", "-o", old, dirty)
    (dirty / "a.txt").rename(dirty / "moved.txt")
    assert report("--baseline", old, dirty)[0] == 0


@pytest.mark.parametrize(
    "text", ["", "nonsense", "{}", '{"findings": 1}', '{"findings": [{}]}', '{"fingerprint": "x"}\n', "null"]
)
def test_a_baseline_that_is_no_report_is_a_usage_error(dirty: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "old").write_text(text)
    done = keysieve("scan", "--baseline", tmp_path / "old", dirty)
    assert done.code == 2
    assert "is no keysieve report" in done.err


def test_a_sarif_report_is_no_baseline(dirty: Path, tmp_path: Path) -> None:
    keysieve("scan", "-f", "sarif", "-o", tmp_path / "old", dirty)
    assert keysieve("scan", "--baseline", tmp_path / "old", dirty).code == 2


@pytest.mark.parametrize("text", [mark(), mark()[:16], f"# why\n\n  {mark()[:20]}  # old\n"])
def test_an_ignored_fingerprint_is_not_reported(dirty: Path, text: str) -> None:
    (dirty / ".keysieveignore").write_text(text + "\n")
    code, document = report(dirty)
    assert (code, document["findings"], document["scan"]["suppressed"]) == (0, [], 1)


@pytest.mark.parametrize("text", [mark()[:15], mark() + "0", "nonsense", mark()[:16] + " x", mark().upper()])
def test_a_line_that_is_no_fingerprint_is_a_usage_error(dirty: Path, text: str) -> None:
    (dirty / ".keysieveignore").write_text(f"# fine\n{text}\n")
    done = keysieve("scan", dirty)
    assert (done.code, done.out) == (2, "")
    assert ".keysieveignore:2: is no fingerprint" in done.err


def test_the_ignore_file_of_each_target_counts(dirty: Path, clean: Path, tmp_path: Path) -> None:
    (tmp_path / ".keysieveignore").write_text(mark() + "\n")
    assert keysieve("scan", dirty, cwd=tmp_path).code == 1
    assert keysieve("scan", "-", cwd=tmp_path, data=leak().encode()).code == 0
    assert keysieve("scan", dirty / "a.txt", cwd=tmp_path).code == 0


def test_a_staged_scan_from_a_folder_below_reads_the_ignore_file_at_the_top(dirty: Path) -> None:
    repo = Repo(dirty)
    (dirty / ".keysieveignore").write_text(mark() + "\n")
    (dirty / "below").mkdir()
    repo.git("add", "-A")
    assert keysieve("scan", "--staged", cwd=dirty).code == 0
    assert keysieve("scan", "--staged", cwd=dirty / "below").code == 0


def test_nothing_suppressed_makes_an_incomplete_scan_green(broken: Path) -> None:
    (broken / ".keysieveignore").write_text(mark() + "\n")
    assert keysieve("scan", broken).code == 3


# ---------------------------------------------------------------- interruptions


def test_a_reader_that_goes_away_is_no_traceback(dirty: Path) -> None:
    for number in range(1500):
        (dirty / f"{number}.txt").write_text(f"key = {leak(number)}\n")
    process = subprocess.Popen(
        [*COMMAND, "scan", "-j", "1", str(dirty)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()
    )
    assert process.stdout and process.stderr
    process.stdout.close()  # before the first word: a large pipe could take all of it
    words = process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 3
    assert b"Traceback" not in words
    assert b"Exception ignored" not in words


def test_a_full_disk_is_no_success(dirty: Path) -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [*COMMAND, "scan", str(dirty)],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
            timeout=240,
        )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 3


def opened(process: int) -> Iterator[str]:
    """What a process and its children have open."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    for number in (process, *children):
        with contextlib.suppress(OSError):
            for name in os.listdir(f"/proc/{number}/fd"):
                with contextlib.suppress(OSError):
                    yield os.readlink(f"/proc/{number}/fd/{name}")


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A finding, and then more than can be read while a test runs."""
    folder = tmp_path / "endless"
    folder.mkdir()
    (folder / "a.txt").write_text(f"key = {leak()}\n")
    for number in range(64):
        with (folder / f"sparse{number:02}").open("wb") as stream:
            stream.truncate(1 << 30)
    return folder


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="looks at what the process has open")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_reports_what_was_found_and_is_3(endless: Path, jobs: str) -> None:
    process = subprocess.Popen(
        [*COMMAND, "scan", "-j", jobs, "-f", "json", str(endless)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        start_new_session=True,
    )
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and not any("/sparse" in name for name in opened(process.pid)):
        time.sleep(0.05)
    time.sleep(2)  # the small file before it is judged in a worker that has yet to load the expressions
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: every process of the group gets it
    out, err = process.communicate(timeout=240)
    assert b"Traceback" not in err
    assert process.returncode == 3
    document = json.loads(out)
    assert document["scan"]["state"] == "incomplete"
    assert "the scan was interrupted" in str(document["scan"]["errors"])
    assert [finding["fingerprint"] for finding in document["findings"]] == [mark()]


# ---------------------------------------------------------------- secrets stay secret


class Watcher:
    """Reads every temporary file during a run."""

    def __init__(self, folder: Path, secret: str) -> None:
        self._folder = folder
        self._secret = secret.encode()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self.seen: set[str] = set()
        self.looked = 0

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.is_set():
            self.look()

    def look(self) -> None:
        for place, _, names in os.walk(self._folder):
            for name in names:
                try:
                    data = Path(place, name).read_bytes()
                except OSError:
                    continue
                self.looked += 1
                if self._secret in data:
                    self.seen.add(os.path.join(place, name))


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("format_", FORMATS)
def test_a_secret_is_in_no_output_temporary_file_or_cache(
    warm: Callable[[Path], None], tmp_path: Path, format_: str, jobs: str
) -> None:
    scratch, cache, secret = tmp_path / "scratch", tmp_path / "cache", leak(77)
    scratch.mkdir()
    cache.mkdir(mode=0o700)
    warm(cache)
    repo = Repo(tmp_path / "repository")
    repo.commit("one", gone=f"key = {secret}\n", big=os.urandom(17 << 20) if jobs == "2" else b"")
    repo.commit("two", gone="clean\n")
    repo.git("remote", "add", "origin", f"https://me:{secret}@git.example.org/a")
    repo.write("untracked", f"key = {secret}\n")
    with Watcher(scratch, secret) as watcher:
        done = keysieve(
            "scan",
            "-f",
            format_,
            "-j",
            jobs,
            "-o",
            tmp_path / "report",
            repo.path,
            TMPDIR=str(scratch),
            KEYSIEVE_CACHE_DIR=str(cache),
        )
        watcher.look()
    assert done.code == 1
    assert watcher.looked
    assert watcher.seen == set()
    kept = Watcher(cache, secret)
    kept.look()
    assert kept.looked
    assert kept.seen == set()
    assert secret not in done.out + done.err + (tmp_path / "report").read_text()
    assert secret[8:] not in (tmp_path / "report").read_text()


@pytest.mark.parametrize("format_", FORMATS)
def test_show_secrets_shows_the_decoded_credential(tmp_path: Path, format_: str) -> None:
    import base64

    (tmp_path / "a").write_bytes(b"data = " + base64.b64encode(f"token={leak()};".encode()) + b"\n")
    assert leak() in keysieve("scan", "-f", format_, "--show-secrets", tmp_path).out


def test_the_login_of_a_target_is_in_no_output(tmp_path: Path) -> None:
    url = f"https://me:{leak()}@localhost:1/nothing.git"
    for format_ in FORMATS:
        done = keysieve("scan", "-f", format_, url)
        assert done.code == 3
        assert leak() not in done.out + done.err
        assert "localhost:1/nothing.git" in done.out


@pytest.mark.parametrize("options", [("--staged",), ("--no-history",), ("--range", "A..B"), ("--since", "A")])
def test_the_login_of_a_target_is_in_no_usage_error(options: tuple[str, ...]) -> None:
    done = keysieve("scan", *options, f"https://me:{leak()}@localhost:1/nothing.git")
    assert done.code == 2
    assert leak() not in done.out + done.err


def test_the_login_of_an_unknown_kind_of_url_is_in_no_usage_error() -> None:
    done = keysieve("scan", f"svn://me:{leak()}@localhost:1/nothing")
    assert done.code == 2
    assert leak() not in done.out + done.err
