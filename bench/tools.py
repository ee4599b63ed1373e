"""The tools, each a record: adding one is adding one here (and its reader, if its output is new)."""

from __future__ import annotations

import os

from bench import readings
from bench.records import Tool

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

_KEYSIEVE = (
    "{program}",
    "-m",
    "scanner",
    "scan",
    "{target}",
    "--format",
    "json",
    "-o",
    "{report}",
    "-j",
    "{jobs}",
)
_KINGFISHER = (
    "{program}",
    "scan",
    "{target}",
    "--no-validate",
    "--no-update-check",
    "--format",
    "json",
    "-o",
    "{report}",
    "-j",
    "{jobs}",
    "--git-history",
)
_QUIET = ("--no-banner", "--no-color")
_BETTERLEAKS = ("{target}", "-o", "{report}", "--silent", *_QUIET)
_GITLEAKS = ("{target}", "-f", "json", "-r", "{report}", *_QUIET)
_TRUFFLEHOG = (
    "--no-verification",
    "--json",
    "--no-update",
    "--fail-on-scan-errors",
    "--concurrency",
    "{jobs}",
)
_RIPGREP = ("-F", "-f", "{literals}", "-c", "--with-filename", "--no-ignore", "--hidden", "-a")
_CAT = """
for list in "$2"/*; do
  "$0" --git-dir="$1" cat-file --batch --buffer <"$list" >/dev/null & pids="$pids $!"
done
for pid in $pids; do wait "$pid" || exit 1; done
"""
_FOUND = {0: "nothing found", 1: "findings"}
_GO = {"GOMAXPROCS": "{jobs}"}

_TURBO_NOTE = "kingfisher with --turbo: no base64 decoding, no commit metadata, no language detection."
_CAT_NOTE = (
    "The floor for history: every blob to /dev/null, one process per job, from lists in pack order that were "
    "made beforehand and are not timed."
)


def _kingfisher(name: str, note: str, *options: str) -> Tool:
    return Tool(
        name=name,
        program="kingfisher",
        version=("--version",),
        identity=r"kingfisher (\S+)",
        history=(*_KINGFISHER, "full", *options),
        tree=(*_KINGFISHER, "none", *options),
        read=readings.kingfisher,
        exits={0: "nothing found", 200: "findings"},
        objects="blobs",
        note=note,
    )


def _cat_file(name: str, lists: str, note: str) -> Tool:
    return Tool(
        name=name,
        program="git",
        version=("--version",),
        identity=r"git version (\S+)",
        history=("sh", "-c", _CAT, "{program}", "{git_dir}", lists),
        tree=(),
        read=readings.whole,
        exits={0: "read"},
        objects="blobs",
        note=note,
    )


TOOLS = (
    Tool(
        name="keysieve",
        program="",
        version=("-m", "scanner", "--version"),
        identity=r"keysieve\D*(\d\S*)",
        history=(*_KEYSIEVE, "--history-only"),
        tree=(*_KEYSIEVE, "--no-history"),
        read=readings.keysieve,
        exits=_FOUND,
        objects="objects",
        env={"PYTHONPATH": CHECKOUT},
        note="Every blob of the history, commit and tag messages too; one finding per credential.",
    ),
    _kingfisher("kingfisher", "Every blob, base64 decoded; medium confidence and up, deduplicated."),
    _kingfisher("kingfisher-turbo", _TURBO_NOTE, "--turbo"),
    Tool(
        name="betterleaks",
        program="betterleaks",
        version=("--version",),
        identity=r"^(\d\S*)",
        history=("{program}", "git", *_BETTERLEAKS),
        tree=("{program}", "fs", *_BETTERLEAKS),
        read=readings.betterleaks,
        exits=_FOUND,
        env=_GO,
        note="History: added lines of `git log -p`, no commit messages; opens archives; counts every "
        "occurrence. Its own number of workers (faster than --jobs), held to the cores by GOMAXPROCS.",
    ),
    Tool(
        name="gitleaks",
        program="gitleaks",
        version=("--version",),
        identity=r"gitleaks version (\S+)",
        history=("{program}", "git", *_GITLEAKS),
        tree=("{program}", "dir", *_GITLEAKS),
        read=readings.gitleaks,
        exits=_FOUND,
        objects="commits",
        env={**_GO, "GITLEAKS_CONFIG_TOML": "[extend]\nuseDefault = true\n"},
        note="History: added lines of `git log -p`, no commit messages; counts every occurrence. Its default "
        "rules are named explicitly, or a .gitleaks.toml in the target would replace them.",
    ),
    Tool(
        name="trufflehog",
        program="trufflehog",
        version=("--version",),
        identity=r"trufflehog (\S+)",
        history=("{program}", "git", "file://{target}", "{bare}", "--trust-local-git-config", *_TRUFFLEHOG),
        tree=("{program}", "filesystem", "{target}", *_TRUFFLEHOG),
        read=readings.trufflehog,
        exits={0: "finished"},
        objects="chunks",
        env=_GO,
        note="History: `git log -p` with commit messages. --trust-local-git-config saves it the clone that "
        "it makes by default. Exits with 0 whether it found anything or not.",
    ),
    Tool(
        name="detect-secrets",
        program="detect-secrets",
        version=("--version",),
        identity=r"^(\d\S*)",
        history=(),
        tree=("{program}", "-c", "{jobs}", "scan", "--all-files", "--no-verify", "."),
        read=readings.detect_secrets,
        exits={0: "finished"},
        inside=True,
        note="Trees only. Started inside the target: given a folder elsewhere, it silently scans nothing.",
    ),
    Tool(
        name="ripgrep",
        program="rg",
        version=("--version",),
        identity=r"ripgrep (\S+)",
        history=(),
        tree=("{program}", *_RIPGREP, "-j", "{jobs}", "{target}"),
        read=readings.ripgrep,
        exits={0: "matching lines", 1: "nothing found"},
        note="The floor for trees, no scanner: counts lines with a literal of keysieve's catalogue.",
    ),
    Tool(
        name="inflate",
        program="",
        version=("-m", "scanner", "--version"),
        identity=r"keysieve\D*(\d\S*)",
        history=("{program}", "-m", "bench.inflate", "{git_dir}", "{jobs}"),
        tree=(),
        read=readings.whole,
        exits={0: "made"},
        objects="blobs",
        env={"PYTHONPATH": CHECKOUT},
        note="The floor of the delta walk: every blob entry of the packs inflated and its deltas applied, in "
        "keysieve's own loop, headers read first; no scanner. Loose objects are left out.",
    ),
    _cat_file("git-cat-file", "{blobs_n}", _CAT_NOTE),
    _cat_file("git-cat-file-1", "{blobs_1}", "The same with one process."),
)
