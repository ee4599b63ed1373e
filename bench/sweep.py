"""What sweeps cost: `python -m bench.sweep FOLDER [--repositories N] [--add BARE.git ...]`.

It makes an organisation, serves it by a real `git http-backend` on loopback, and sweeps it a first, a second and a
third time; a line of JSON for each.

The server runs beside the sweep on the same machine, and its cost is in the figures.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

from scanner.catalogue import load, shapes
from scanner.records import Credential
from scanner.score import structure
from tests.helpers.forge import serving

WORDS = (
    "get", "set", "read", "write", "open", "close", "item", "list", "map", "key", "user", "order", "price", "total",
    "count", "state", "queue", "event", "error",
)  # fmt: skip
OWNER = "acme"


def text(rnd: random.Random, lines: int) -> str:
    """Something like a source file."""
    rows = []
    for _ in range(lines):
        words = [rnd.choice(WORDS) for _ in range(4)]
        rows.append(f"    {words[0]}_{words[1]} = self.{words[2]}({words[3]}, {rnd.randrange(1000)})")
    return "def " + rnd.choice(WORDS) + "(self):\n" + "\n".join(rows) + "\n"


@cache
def kind_of(identity: str) -> Credential:
    """A kind of the catalogue."""
    return next(kind for kind in load.load(load.pattern_files([load.builtin_folder()])) if kind.id == identity)


def credential(rnd: random.Random) -> str:
    """One of a kind that is known by its form."""
    kind = kind_of("github-pat-classic")
    return shapes.sample(kind.shapes[0], rnd, structure.MAKERS, structure.seal(kind.structure[0]))


def stream(rnd: random.Random, commits: int, secret: str, shared: list[str]) -> bytes:
    """A history for `git fast-import`: every commit changes a few of some thirty files."""
    out = bytearray()
    for number in range(commits):
        out += b"commit refs/heads/main\ncommitter A <a@example.org> %d +0000\n" % (1_700_000_000 + 3600 * number)
        out += b"data 6\nchange\n"
        for _ in range(30 if number == 0 else 3):
            name = f"src/{rnd.choice(WORDS)}/{rnd.randrange(4)}.py"
            content = rnd.choice(shared) if rnd.random() < 0.2 else text(rnd, rnd.randrange(20, 200))
            if secret and number == commits // 2:
                content, name, secret = content + f'TOKEN = "{secret}"\n', "settings.py", ""
            data = content.encode()
            out += b"M 100644 inline %s\ndata %d\n%s\n" % (name.encode(), len(data), data)
    return bytes(out)


def make(folder: Path, count: int, add: list[str]) -> list[tuple[str, bool]]:
    """The organisation's bare repositories: (name, whether it is a fork); one of ten is a fork."""
    rnd = random.Random(1)
    shared = [text(rnd, 150) for _ in range(40)]
    secrets = [credential(rnd) for _ in range(10)]
    made = []
    for number in range(count):
        path = folder / OWNER / f"r{number:03}.git"
        fork = number % 10 == 9
        if fork:
            shutil.copytree(folder / OWNER / f"r{number - 5:03}.git", path)
        else:
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(path)], check=True)
            secret = rnd.choice(secrets) if number % 3 == 0 else ""
            data = stream(rnd, rnd.randrange(10, 60), secret, shared)
            command = ["git", "-C", str(path), "fast-import", "--quiet"]
            subprocess.run(command, input=data, check=True)
        made.append((path.stem, fork))
    for name in add:
        path = folder / OWNER / os.path.basename(name)
        shutil.copytree(name, path, symlinks=True, ignore=shutil.ignore_patterns("*.promisor"))
        only_head(path)
        made.append((os.path.basename(name).removesuffix(".git"), False))
    return made


def only_head(path: Path) -> None:
    """Leave the branch that HEAD names: a copy may lack what others need, and could not be fetched."""
    env = os.environ | {"GIT_DIR": str(path)}
    name = subprocess.run(["git", "symbolic-ref", "HEAD"], env=env, capture_output=True, check=True).stdout.decode()
    tip = subprocess.run(["git", "rev-parse", "HEAD"], env=env, capture_output=True, check=True).stdout.decode()
    shutil.rmtree(path / "refs")
    (path / "refs").mkdir()
    (path / "packed-refs").write_text(f"{tip.strip()} {name.strip()}\n")


def push(path: Path, number: int) -> None:
    """A commit more, with a credential of its own."""
    secret = credential(random.Random(f"push {number}"))
    data = f'PUSHED = "{secret}"\n'.encode()
    head = subprocess.run(["git", "-C", str(path), "rev-parse", "refs/heads/main"], capture_output=True, check=True)
    out = b"commit refs/heads/main\ncommitter A <a@example.org> 1790000000 +0000\ndata 4\nmore\n"
    out += b"from %s\nM 100644 inline pushed.py\ndata %d\n%s\n" % (head.stdout.strip(), len(data), data)
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=out, check=True)


def serve(folder: Path, rows: list[tuple[str, bool]], port: multiprocessing.Queue[str]) -> None:
    """The forge, in a process of its own."""
    with serving(folder) as forge:
        for name, fork in rows:
            size = sum(path.stat().st_size for path in (folder / OWNER / f"{name}.git").rglob("*") if path.is_file())
            forge.add(OWNER, name, fork=fork, size=size // 1024)
        port.put(forge.url)
        while True:
            time.sleep(60)


def sweep(command: str, config: Path, jobs: int) -> dict[str, object]:
    """One run: what it says of itself, seconds, and processor seconds of the sweep without the server's."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    done = subprocess.run(
        [command, "sweep", str(config), "-q", "-f", "json", "-j", str(jobs)], capture_output=True, check=False
    )
    took = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not done.stdout:
        raise SystemExit(done.stderr.decode())
    told: dict[str, object] = json.loads(done.stdout)
    told["new_findings"] = len(told["new_findings"]) if isinstance(told["new_findings"], list) else 0
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return told | {
        "seconds": round(took, 2),
        "processor_seconds": round(processor, 2),
        "jobs": jobs,
        "exit": done.returncode,
    }


def main() -> None:
    """Make, serve, sweep three times for each number of workers."""
    parser = argparse.ArgumentParser(prog="bench.sweep")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repositories", type=int, default=300)
    parser.add_argument("--add", nargs="*", default=[])
    parser.add_argument("--jobs", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--command", default=os.path.join(os.path.dirname(sys.executable), "keysieve"))
    given = parser.parse_args()
    served = given.folder / "served"
    rows = make(served, given.repositories, given.add)
    port: multiprocessing.Queue[str] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(served, rows, port), daemon=True)
    server.start()
    url = port.get()
    number = 0
    for jobs in given.jobs:
        here = given.folder / f"jobs-{jobs}"
        here.mkdir()
        config = here / "sweep.toml"
        config.write_text(
            f'store = "store.db"\ncache = "cache"\n[[source]]\nkind = "github"\nname = "gh"\n'
            f'url = "{url}/api/v3"\norganisation = "{OWNER}"\n'
        )
        for turn in ("first", "second", "third after 10 pushes"):
            if turn.startswith("third"):
                for place in range(10):
                    push(served / OWNER / f"r{place * 3:03}.git", number)
                    number += 1
            print(json.dumps({"turn": turn} | sweep(given.command, config, jobs)), flush=True)
    server.terminate()


if __name__ == "__main__":
    main()
