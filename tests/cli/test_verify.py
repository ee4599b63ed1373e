"""`scan --verify` and `keysieve verify` as processes, against a provider on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("httpx")

from tests.cli.command import COMMAND, environment, keysieve, report
from tests.helpers.samples import sample
from tests.verify.provider import Asked, Reply, serve

KIND = "openrouter-api-key"


def answer(asked: Asked) -> Reply:
    """By the credential: its seed decides."""
    told = {f"Bearer {sample(KIND, seed)}": status for seed, status in ((1, 200), (2, 401), (3, 403), (4, 429))}
    return Reply(told.get(asked.headers.get("authorization", ""), 404), b"{}", {"Content-Type": "application/json"})


@pytest.fixture
def provider() -> Iterator[Any]:
    with serve(answer) as server:
        yield server


@pytest.fixture
def config(tmp_path: Path, provider: Any) -> Path:
    path = tmp_path / "keysieve.toml"
    path.write_text(f'[verify]\npace = 0\n[verify.endpoints]\nopenrouter = "{provider.url}"\n')
    return path


@pytest.fixture
def cached(tmp_path: Path, cache_folder: Path) -> dict[str, str]:
    """A cache that no other test has verdicts in, with the compiled catalogue in it."""
    import shutil

    folder = tmp_path / "cache"
    shutil.copytree(cache_folder, folder, ignore=shutil.ignore_patterns("*.tmp"))  # being written by another process
    for name in ("verdicts.json", "verdict-key"):
        (folder / name).unlink(missing_ok=True)
    return {"KEYSIEVE_CACHE_DIR": str(folder)}


def write(folder: Path, *seeds: int) -> Path:
    folder.mkdir(exist_ok=True)
    for seed in seeds:
        (folder / f"{seed}.txt").write_text(f"key = '{sample(KIND, seed)}'\n" * 3)
    return folder


def test_a_scan_asks_and_tells(tmp_path: Path, provider: Any, config: Path, cached: dict[str, str]) -> None:
    folder = write(tmp_path / "src", 1, 2, 3, 4)
    _, before = report("--config", config, folder, **cached)
    assert provider.asked == []
    code, after = report("--verify", "--config", config, folder, **cached)
    assert code == 1
    assert len(provider.asked) == 4
    told = {item["places"][0]["path"]: item for item in after["findings"]}
    assert {path: (item["verdict"]["state"], item["confidence"]) for path, item in told.items()} == {
        "1.txt": ("active", "verified"),
        "2.txt": ("inactive", "high"),
        "3.txt": ("restricted", "high"),
        "4.txt": ("unknown", "high"),
    }
    assert after["findings"][-1]["verdict"]["state"] == "inactive"
    assert {item["fingerprint"] for item in before["findings"]} == {item["fingerprint"] for item in after["findings"]}


def test_text_shows_the_dead_apart(tmp_path: Path, config: Path, cached: dict[str, str]) -> None:
    done = keysieve("scan", "--verify", "--config", config, write(tmp_path / "src", 1, 2), **cached)
    assert done.code == 1
    assert done.out.index("VERIFIED") < done.out.index("Not alive any more") < done.out.index("INACTIVE")
    assert "1 finding (1 verified)" in done.out
    assert "1 more finding inactive: not counted." in done.out


def test_sarif_carries_the_verdict_and_the_same_identity(tmp_path: Path, config: Path, cached: dict[str, str]) -> None:
    folder = write(tmp_path / "src", 1, 2)
    runs = []
    for options in ((), ("--verify",)):
        done = keysieve("scan", "-f", "sarif", "--config", config, *options, folder, **cached)
        runs.append(json.loads(done.out)["runs"][0]["results"])
    prints = [{result["partialFingerprints"]["keysieve/v1"] for result in run} for run in runs]
    assert prints[0] == prints[1]
    assert {(item["properties"]["verdict"], item["level"]) for item in runs[1]} == {
        ("active", "error"),
        ("inactive", "note"),
    }


def test_what_is_inactive_does_not_fail_a_hook(tmp_path: Path, config: Path, cached: dict[str, str]) -> None:
    folder = write(tmp_path / "src", 2)
    assert keysieve("scan", "--config", config, folder, **cached).code == 1
    assert keysieve("scan", "--verify", "--config", config, folder, **cached).code == 0


def test_only_the_verified(tmp_path: Path, config: Path, cached: dict[str, str]) -> None:
    folder = write(tmp_path / "src", 1, 2, 4)
    done = keysieve("scan", "-f", "json", "--verify", "--confidence", "verified", "--config", config, folder, **cached)
    assert done.code == 3
    document = json.loads(done.out)
    assert [item["places"][0]["path"] for item in document["findings"]] == ["1.txt"]
    assert document["scan"]["state"] == "incomplete"
    assert "of 1 findings it could not be told whether they live: 1 times status 429" in done.err
    (folder / "4.txt").unlink()
    done = keysieve("scan", "--verify", "--confidence", "verified", "--config", config, folder, **cached)
    assert done.code == 1
    (folder / "1.txt").unlink()
    done = keysieve("scan", "--verify", "--confidence", "verified", "--config", config, folder, **cached)
    assert done.code == 0


def test_what_cannot_be_settled_does_not_pass_in_silence(tmp_path: Path, config: Path, cached: dict[str, str]) -> None:
    folder = write(tmp_path / "src", 3, 4)
    done = keysieve("scan", "--verify", "--confidence", "verified", "--config", config, folder, **cached)
    assert done.code == 3
    assert "of 2 findings it could not be told whether they live" in done.out


def test_where_nobody_can_be_asked_nothing_failed(tmp_path: Path, config: Path, cached: dict[str, str]) -> None:
    folder = tmp_path / "src"
    folder.mkdir()
    (folder / "a.txt").write_text(f"{sample('age-secret-key')}\n")
    done = keysieve("scan", "--verify", "--confidence", "verified", "--config", config, folder, **cached)
    assert done.code == 0
    assert "about 1 findings nobody can be asked" in done.err


def test_verified_without_asking_is_refused(tmp_path: Path) -> None:
    done = keysieve("scan", "--confidence", "verified", tmp_path)
    assert done.code == 2
    assert "needs --verify" in done.err


def test_a_dry_run_tells_hosts_and_sends_nothing(
    tmp_path: Path, provider: Any, config: Path, cached: dict[str, str]
) -> None:
    folder = write(tmp_path / "src", 1, 2, 3)
    done = keysieve("scan", "--verify-dry-run", "--config", config, folder, **cached)
    assert f"would ask 127.0.0.1:{provider.server_port}: 3 requests" in done.err
    assert provider.asked == []
    assert done.code == 1


def test_the_second_night_asks_nobody(tmp_path: Path, provider: Any, config: Path, cached: dict[str, str]) -> None:
    folder = write(tmp_path / "src", 1, 2, 3)
    for _ in range(2):
        _, document = report("--verify", "--config", config, folder, **cached)
        states = sorted(item["verdict"]["state"] for item in document["findings"])
        assert states == ["active", "inactive", "restricted"]
    assert len(provider.asked) == 3


@pytest.mark.parametrize(("seed", "code", "state"), [(1, 0, "active"), (2, 1, "inactive"), (3, 4, "restricted"), (4, 3, "unknown")])  # fmt: skip  # noqa: E501
def test_one_credential(seed: int, code: int, state: str, config: Path, cached: dict[str, str]) -> None:
    data = sample(KIND, seed).encode() + b"\n"
    done = keysieve("verify", "--pattern", KIND, "--config", config, data=data, **cached)
    assert (done.code, done.out.split()[0]) == (code, state)
    done = keysieve("verify", "--pattern", KIND, "--config", config, "-f", "json", data=data, **cached)
    assert json.loads(done.out)["state"] == state
    assert sample(KIND, seed) not in done.out + done.err


def test_one_credential_with_parts(tmp_path: Path, cached: dict[str, str]) -> None:
    config = tmp_path / "parts.toml"
    with serve(lambda asked: Reply(200, b"{}")) as provider:
        config.write_text(f'[verify.endpoints]\nspotify-client = "{provider.url}"\n')
        data = b"x" * 32 + b"\nclient_id=abc\n"
        done = keysieve("verify", "--pattern", "spotify-client", "--config", config, data=data, **cached)
        assert done.code == 0
        assert provider.asked[0].body == b"grant_type=client_credentials"
        done = keysieve("verify", "--pattern", "spotify-client", "--config", config, data=b"x" * 32, **cached)
        assert (done.code, "its part 'client_id' was not found" in done.out) == (3, True)


def test_one_credential_dry(provider: Any, config: Path, cached: dict[str, str]) -> None:
    done = keysieve("verify", "--pattern", KIND, "--config", config, "--dry-run", data=b"x", **cached)
    assert done.out == f"would ask 127.0.0.1:{provider.server_port}\n"
    assert provider.asked == []


@pytest.mark.parametrize(
    ("arguments", "data", "words"),
    [
        (("--pattern", "nothing-such"), b"x", "no such kind"),
        (("--pattern", KIND), b"\n", "standard input is empty"),
        (("--pattern", KIND), b"x" * 100_001, "no credential"),
        ((), b"x", "give either --pattern ID"),
    ],
)
def test_what_cannot_be_used_is_named(arguments: tuple[str, ...], data: bytes, words: str) -> None:
    done = keysieve("verify", *arguments, data=data)
    assert done.code == 2
    assert words in done.err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("verify = 3", "'verify' must be"),
        ("[verify]\nunknown = 1", "'verify.unknown' is not a setting"),
        ("[verify]\npace = 'slow'", "'verify.pace' must be"),
        ("[verify]\nper_host = 0", "more than 0"),
        ("[verify]\nproxy = 'socks4://x'", "http:// or https:// URL"),
        ("[verify.endpoints]\nx = 'http://git.corp'", "must be https"),
        ("[verify.endpoints]\nx = 'https://a:b@git.corp'", "must be a URL"),
        ("[verify.endpoints]\nx = 3", "must be a URL"),
        ("[verify]\nca_file = 'missing.pem'", "no file of CA certificates"),
    ],
)
def test_settings_that_cannot_be_used(tmp_path: Path, text: str, words: str) -> None:
    config = tmp_path / "bad.toml"
    config.write_text(text)
    done = keysieve("verify", "--pattern", KIND, "--config", config, data=b"x")
    assert done.code == 2
    assert words in done.err
    assert "bad.toml" in done.err or "proxy" in text or "ca_file" in text


def test_a_credential_is_in_no_process_list_while_it_is_asked_about(tmp_path: Path, cached: dict[str, str]) -> None:
    marker = sample(KIND, 77)
    config = tmp_path / "slow.toml"
    with serve(lambda asked: Reply(200, b"{}", delay=1.5)) as provider:
        config.write_text(f'[verify.endpoints]\nopenrouter = "{provider.url}"\n')
        command = [*COMMAND, "scan", "--verify", "--config", str(config), str(write(tmp_path / "src", 77))]
        running = subprocess.Popen(command, env=environment(**cached), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ends = time.monotonic() + 40
        while not provider.asked and time.monotonic() < ends:
            time.sleep(0.05)
        listed = b"".join(
            _read(f"/proc/{pid}/{name}")
            for pid in os.listdir("/proc")
            if pid.isdigit()
            for name in ("cmdline", "environ")
        )  # noqa: E501
        out, err = running.communicate(timeout=60)
        assert len(provider.asked) == 1
    assert marker.encode() not in listed
    assert marker.encode() not in out + err
    for file in Path(cached["KEYSIEVE_CACHE_DIR"]).rglob("*"):
        assert not file.is_file() or marker.encode() not in file.read_bytes(), file.name


def test_ctrl_c_while_providers_are_asked_reports_what_is_known_and_is_3(
    tmp_path: Path, cached: dict[str, str]
) -> None:
    config = tmp_path / "slow.toml"
    with serve(lambda asked: Reply(200, b"{}", delay=0.5)) as provider:
        config.write_text(f'[verify]\nper_host = 1\npace = 20\n[verify.endpoints]\nopenrouter = "{provider.url}"\n')
        folder = write(tmp_path / "src", 1, 2)
        command = [*COMMAND, "scan", "-f", "json", "--verify", "--config", str(config), str(folder)]
        running = subprocess.Popen(command, env=environment(**cached), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        ends = time.monotonic() + 40
        while not provider.asked and time.monotonic() < ends:
            time.sleep(0.05)
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, b"Traceback" in err) == (3, False)
    document = json.loads(out)
    assert document["scan"]["state"] == "incomplete"
    assert sorted(item["verdict"]["state"] for item in document["findings"]) == ["active", "unknown"]


def _read(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError:
        return b""


def test_a_report_is_asked_about_anew(tmp_path: Path, provider: Any, config: Path, cached: dict[str, str]) -> None:
    """Its credentials are read again from files and from history; what is gone is told."""
    from tests.helpers.repositories import Repo

    repo = Repo(tmp_path / "repo")
    repo.write("old.txt", f"key = '{sample(KIND, 2)}'\n")
    repo.commit("one")
    repo.write("old.txt", "nothing\n")
    repo.commit("two")
    (repo.path / "new.txt").write_text(f"key = '{sample(KIND, 1)}'\n")
    file = tmp_path / "report.json"
    first = keysieve("scan", "-f", "json", "-o", file, "--config", config, repo.path, **cached)
    assert first.code == 1
    assert sample(KIND, 1) not in file.read_text()
    done = keysieve("verify", file, "--config", config, "-f", "json", **cached)
    assert done.code == 1, done.err
    told = json.loads(done.out)["findings"]
    assert sorted((item["places"][0]["path"], item["verdict"]["state"]) for item in told) == [
        ("new.txt", "active"),
        ("old.txt", "inactive"),
    ]
    assert len(provider.asked) == 2
    (repo.path / "new.txt").unlink()
    again = keysieve("verify", file, "--config", config, **cached)
    assert again.code == 3
    assert "of 1 findings it could not be told whether they live" in again.err
    assert "could not be read again" in again.out


def test_a_report_with_its_credentials_needs_no_places(
    tmp_path: Path, provider: Any, config: Path, cached: dict[str, str]
) -> None:
    folder, file = write(tmp_path / "src", 2), tmp_path / "report.json"
    keysieve("scan", "-f", "json", "-o", file, "--show-secrets", "--config", config, folder, **cached)
    (folder / "2.txt").unlink()
    done = keysieve("verify", file, "--config", config, **cached)
    assert done.code == 0, done.err
    assert len(provider.asked) == 1


def test_a_report_and_a_pattern_exclude_each_other(tmp_path: Path) -> None:
    assert keysieve("verify").code == keysieve("verify", "x.json", "--pattern", KIND).code == 2
    missing = keysieve("verify", tmp_path / "none.json")
    assert missing.code == 2
    assert "none.json: cannot be read" in missing.err


def test_a_whole_connection_string_may_be_given(tmp_path: Path) -> None:
    """With user, host and port, which the password alone would lack."""
    text = sample("postgres-uri")
    done = keysieve("verify", "--pattern", "postgres-uri", "--dry-run", data=f"{text}\n".encode())
    assert done.code == 0, done.err
    host = text.split("@")[-1].split("/")[0]
    assert done.out == f"would ask {host if ':' in host else host + ':5432'}\n"
