"""The laws of the design: where knowledge of credentials lives, who may import whom, sizes, and start-up."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.helpers.repositories import Repo
from tests.helpers.samples import catalogue

ROOT = Path(__file__).parents[1] / "scanner"
MODULES = sorted(ROOT.rglob("*.py"))
NAMES = [str(path.relative_to(ROOT)) for path in MODULES]


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"))


def area(name: str) -> str:
    """The folder, or the module, directly below scanner/."""
    return name.split("/")[0].removesuffix(".py")


# ---------------------------------------------------------------- 1: knowledge of credentials

KNOW_ALGORITHMS = ("verify/protocols/", "score/structure")
SPEAK_WITH_SERVICES = ("sources/", "report/", "sweep/")
ORDINARY = frozenset(
    [
        "secret",
        "token",
        "password",
        "passwd",
        "passphrase",
        "passwort",
        "credential",
        "authorization",
        "apikey",
        "api_key",
        "api-key",
        "access_key",
        "access-key",
        "private_key",
        "private-key",
        "auth_key",
        "mail",
        "smtp",
        "basic",
        "bearer",
        "://",
        "access_token",
        "secret_key",
        "secret_",
        "key_",
        "ion_",
        "test_",
        "default",
        "column",
        "vault",
        "elastic",
        "machine",
        "api-",
        "geniekey",
    ]  # noqa: E501
)
"""Words of every language and of no provider: the generic kinds' keywords."""


def docstrings(module: ast.Module) -> set[int]:
    """The strings that stand alone as statements: docstrings of modules, classes, functions and constants."""
    return {
        id(node.value)
        for node in ast.walk(module)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }


def strings(name: str) -> Iterator[tuple[int, str]]:
    module = tree(name)
    exempt = docstrings(module)
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and id(node) not in exempt and isinstance(node.value, (str, bytes)):
            value = node.value
            yield node.lineno, value if isinstance(value, str) else value.decode("latin-1")


@cache
def distinctive() -> set[str]:
    """Ids, and the literals by which kinds are known, of four letters or more."""
    kinds = catalogue().values()
    found = {kind.id for kind in kinds}
    for kind in kinds:
        if kind.rank != "generic":
            found |= {word for word in kind.literals if len(word) >= 4}
    ordinary = ORDINARY | words_beside()
    return {word for word in found if word.strip("\"'\\ =").lower() not in ordinary}


def words_beside() -> set[str]:
    """Names that patterns say are words of every language, too."""
    tables = [tomllib.loads(path.read_text(encoding="utf-8")) for path in (ROOT.parent / "patterns").rglob("*.toml")]
    return {word for table in tables for kind in table.get("credential", []) for word in kind.get("beside", [])}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.startswith(KNOW_ALGORITHMS)])
def test_no_code_knows_a_credential(name: str) -> None:
    known = {kind.id for kind in catalogue().values()} if name.startswith(SPEAK_WITH_SERVICES) else distinctive()
    offenders = [f"{name}:{line}: {word!r}" for line, text in strings(name) for word in known if word in text]
    assert offenders == []


def test_the_law_would_notice() -> None:
    known = distinctive()
    assert {"github-pat-classic", "ghp_", "AKIA", "xoxb-", "sk-ant-api03-", "datadog"} <= known
    assert not known & {"password", "token", "secret"}


# ---------------------------------------------------------------- 2: who may import whom

BASE = {"deltas", "errors", "records", "secrets", "settings"}
SHARED = BASE | {"cache", "compiled", "lazily", "lightly", "vecs", "version"}
STAGES = {"catalogue", "prefilter", "match", "score", "verify", "sources", "report"}
JOINERS = {
    "accepted",
    "organisation",
    "baseline",
    "config",
    "detector",
    "engines",
    "versions",
    "pipeline",
    "workers",
    "ledger",
    "suppress",
    "api",
    "prove",
    "explain",
    "reread",
}
MAY: dict[str, set[str]] = {
    "errors": set(),
    "version": set(),
    "lazily": set(),
    "lightly": set(),
    "vecs": set(),
    "secrets": {"lazily"},
    "deltas": {"lightly", "vecs"},
    "records": {"deltas", "lightly", "secrets"},
    "settings": {"errors", "lightly", "records", "secrets"},
    "cache": {"errors"},
    "compiled": {"cache"},
    **{stage: SHARED | {stage} for stage in STAGES},
    "match": SHARED | {"match", "catalogue"},  # what a relation is, is known in one place
    "verify": SHARED | {"verify", "catalogue"},  # and what a condition is
    **dict.fromkeys(JOINERS, SHARED | STAGES | JOINERS),
    "workers": set(SHARED),
    "store": SHARED | STAGES | JOINERS | {"store"},
    "sweep": SHARED | STAGES | JOINERS | {"store", "sweep"},
    "__init__": SHARED | JOINERS,
    "__main__": {"cli", "gate"},
    "gate": {"__main__"},  # which it becomes
}


def imports(name: str) -> Iterator[tuple[int, str]]:
    """Every imported module, also inside functions; `from a import b` as a.b where that is a module."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}:{node.lineno}: a relative import"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                path = ROOT.parent / whole.replace(".", "/")
                yield node.lineno, whole if path.is_dir() or path.with_suffix(".py").is_file() else str(node.module)


def inside(module: str) -> str:
    """The area of a module of ours, else ""."""
    parts = module.split(".")
    return "" if parts[0] != "scanner" else parts[1] if len(parts) > 1 else "__init__"


@pytest.mark.parametrize("name", NAMES)
def test_imports_go_in_one_direction(name: str) -> None:
    own = area(name)
    if own == "cli":
        return
    assert own in MAY, f"{name}: say in MAY what {own} may import"
    offenders = [
        f"{name}:{line}: {module}"
        for line, module in imports(name)
        if inside(module) and inside(module) not in MAY[own]
    ]
    assert offenders == []


@pytest.mark.parametrize("name", [name for name in NAMES if area(name) not in ("cli", "__main__")])
def test_nothing_imports_the_command_line(name: str) -> None:
    assert [module for _, module in imports(name) if inside(module) == "cli"] == []


@pytest.mark.parametrize("name", [name for name in NAMES if area(name) != "cli"])
def test_click_is_imported_by_the_command_line_only(name: str) -> None:
    assert [module for _, module in imports(name) if module.split(".")[0] in ("click", "tqdm")] == []


@pytest.mark.parametrize(
    "name", [name for name in NAMES if not name.startswith(("match/", "score/", "verify/")) and name != "secrets.py"]
)
def test_secrets_are_read_where_they_must_be_only(name: str) -> None:
    offenders = [
        f"{name}:{node.lineno}"
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Attribute) and (node.attr == "reveal" or node.attr == "_value" and name != "secrets.py")
    ]
    assert offenders == []


def test_nothing_is_printed_by_the_library() -> None:
    offenders = [
        f"{name}:{node.lineno}"
        for name in NAMES
        if area(name) != "cli"
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert offenders == []


# ---------------------------------------------------------------- 3: sizes

MODULE_LINES, FUNCTION_LINES, PARAMETERS = 400, 60, 6
# Tables, and the compiled inner loop, where calls cost more than length.
TABLES = ("score/structure/", "score/bigrams.py", "sources/git/inner")


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(name)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def option_handler(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """A command's parameters are its options."""
    return any("click" in ast.unparse(item) for item in node.decorator_list)


@pytest.fixture(params=[name for name in NAMES if not name.startswith(TABLES)])
def sized(request: pytest.FixtureRequest) -> str:
    """A module that the limits hold for."""
    return str(request.param)


def test_no_module_is_too_long(sized: str) -> None:
    assert len((ROOT / sized).read_text().splitlines()) <= MODULE_LINES


def test_no_function_is_too_long(sized: str) -> None:
    counted = {
        f"{sized}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1 for node in functions(sized)
    }
    assert {where: count for where, count in counted.items() if count > FUNCTION_LINES} == {}


def test_no_function_has_too_many_parameters() -> None:
    offenders = {}
    for name in NAMES:
        for node in functions(name):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            count = len([item for item in every if item.arg not in ("self", "cls")])
            if count > PARAMETERS and not option_handler(node):
                offenders[f"{name}:{node.lineno} {node.name}"] = count
    assert offenders == {}


@pytest.mark.parametrize("name", NAMES)
def test_every_module_and_public_name_says_what_it_is(name: str) -> None:
    module = tree(name)
    assert ast.get_docstring(module), name
    silent = [
        f"{name}:{node.lineno} {node.name}"
        for node in module.body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert silent == []


# ---------------------------------------------------------------- 4: start-up

HEAVY = (
    "regex", "multiprocessing", "tqdm", "git", "tomllib", "concurrent", "asyncio", "ctypes", "email", "http", "ssl",
    "sqlite3", "xml", "unittest", "httpx", "numpy", "sqlalchemy", "alembic", "distributed", "cryptography",
    "prometheus_client", "psycopg",
)  # fmt: skip
RUNNER = """
import atexit, json, sys
def tell():
    with open(sys.argv[0] + ".json", "w") as stream:
        json.dump(sorted(sys.modules), stream)
target = sys.argv[1:]
sys.argv[1:] = target
atexit.register(tell)
from scanner.cli.main import main
main()
"""


def modules_of_a_run(tmp_path: Path, *options: str) -> set[str]:
    """What a scan of one small clean file has imported, with a warm cache."""
    folder = tmp_path / "clean"
    folder.mkdir(exist_ok=True)
    (folder / "a.py").write_text("x = 1\n")
    return modules_of(tmp_path, tmp_path, "scan", *options, str(folder))


def modules_of(tmp_path: Path, folder: Path, *arguments: str) -> set[str]:
    """What a clean run in `folder` has imported, the second time."""
    runner = tmp_path / "runner.py"
    runner.write_text(RUNNER)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, str(runner), *arguments],
            capture_output=True, text=True, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT.parent)}, check=False,  # noqa: E501
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads((tmp_path / "runner.py.json").read_text()))


def heavy(modules: set[str]) -> list[str]:
    return sorted({name.split(".")[0] for name in modules} & set(HEAVY))


@pytest.mark.parametrize("engine", ["hyperscan", "ahocorasick"])
def test_a_clean_scan_imports_nothing_heavy(tmp_path: Path, engine: str) -> None:
    modules = modules_of_a_run(tmp_path, "--engine", engine)
    assert {"scanner.detector", f"scanner.prefilter.{engine}"} <= modules
    assert heavy(modules) == []
    assert "scanner.match.find" not in modules


def test_a_clean_scan_imports_one_engine_only(tmp_path: Path) -> None:
    modules = modules_of_a_run(tmp_path, "--engine", "auto")
    assert "hyperscan" in modules
    assert "ahocorasick" not in modules


def test_a_clean_commit_imports_nothing_heavy(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "repo")
    repo.commit("one", a_dot_py="x = 1\n")
    repo.write("a.py", "x = 2\n")
    repo.git("add", "-A")
    modules = modules_of(tmp_path, repo.path, "hook", "run", "pre-commit")
    assert {"scanner.detector", "scanner.sources.git.changes"} <= modules
    assert heavy(modules) == []
    assert "scanner.match.find" not in modules and "scanner.sources.git.walk" not in modules


def test_help_and_version_import_no_stage(tmp_path: Path) -> None:
    code = (
        "import sys\nsys.argv = ['keysieve', '--version']\nfrom scanner.cli.main import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(*set(sys.modules) & {'hyperscan', 'ahocorasick', 'regex', 'git', 'tqdm', 'multiprocessing', 'tomllib'})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    imported = set(done.stdout.splitlines()[-1].split())
    assert imported == set()
