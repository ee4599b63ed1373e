"""The pre-commit hook's first look: does anything that the prefilter looks for stand in what is staged?

Where nothing does there can be no finding, and the commit goes on. Three commits of four end here, so this file imports
nothing but what Python has built in, and runs on its own, without `site` (`python -I -S gate.py`). Wherever anything
is out of the ordinary it gives no answer, and the whole program looks. A full run that went well leaves a stamp, which
says for which patterns, configuration and machine a compiled database holds; without it there is no answer.
"""

import os
import sys
import zlib

FORMAT = "gate-2"
_GIT = "gate-git"
_LIBRARY = "hyperscan._hs_ext"
_MOST_BYTES = 32 << 20
_MOST_OBJECTS = 2000
_CONFIGS = ("keysieve.toml", "pyproject.toml")
_CODE = (
    "gate.py", "version.py", "catalogue/schema.py", "catalogue/relation.py", "catalogue/widths.py", "catalogue/load.py",
    "catalogue/index.py", "engines.py", "prefilter/literals.py", "prefilter/hyperscan.py", "score/allow.py",
)  # fmt: skip


class _NoAnswer(Exception):
    """Something is out of the ordinary: the whole program must look."""


Ready = tuple[str, object]
"""The name of a compiled database, and what the library made of it."""


def main() -> None:
    """As a script: end with 0 where nothing is there, else become the whole program."""
    loaded: list[Ready] = []
    if not clean(loaded):
        _go_on(loaded)


def _go_on(loaded: list[Ready]) -> None:
    """As the whole program, in this process where it can be reached from here: a new one starts from nothing."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        if "PYTHONPATH" in os.environ:  # which `-I` has left out
            raise ImportError
        import site

        site.main()
        if home not in sys.path:
            sys.path.append(home)
        from scanner.__main__ import commit
    except ImportError:
        os.execv(sys.executable, [sys.executable, "-P", "-m", "scanner", "hook", "run", "pre-commit"])
    commit(loaded)


def clean(loaded: list[Ready] | None = None) -> bool:
    """Whether it is certain that what is staged in the current folder's repository holds nothing; reports nothing.

    Where something hits, the database is left in `loaded` for the whole program.
    """
    if os.name != "posix":
        return False
    try:
        database, name, extension = _stamped()
        texts = _staged()
        return not texts or _silent(texts, (name, database, extension), loaded)
    except Exception:  # whatever it is, the whole program meets it too and can say so
        return False


def stamp(database: str, extension: str) -> None:
    """Leave word for the next run: the compiled database (a file of the cache) and the library that reads it."""
    text = "\n".join((identity(), database, extension))
    home = _cache()
    path = os.path.join(home, _name(identity()))
    other = f"{path}.{os.urandom(6).hex()}.tmp"
    descriptor = os.open(other, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(descriptor, text.encode("utf-8", "surrogateescape"))
    finally:
        os.close(descriptor)
    os.replace(other, path)
    if not os.path.isdir(os.path.join(home, _GIT)):
        _furnish(home)


def identity() -> str:
    """What a database depends on: code, patterns, configuration, Python, machine. Changes when a file does."""
    here = os.path.dirname(os.path.abspath(__file__))
    lines = [FORMAT, here, sys.version, *os.uname()[:1], os.uname().machine]
    lines += [_status(os.path.join(here, name)) for name in _CODE]
    inside = os.path.join(here, "patterns")
    if os.path.isdir(inside):  # installed: files are not written again, folders are made anew
        lines += sorted(_status(entry.path) for entry in os.scandir(inside) if entry.is_dir())
    else:
        folders = [entry for entry in os.scandir(os.path.join(os.path.dirname(here), "patterns")) if entry.is_dir()]
        lines += sorted(_status(file.path) for folder in folders for file in os.scandir(folder.path))
    return "\n".join([*lines, *_configs()])


def _configs() -> list[str]:
    """The files that may hold a configuration, from the current folder up to the top of the repository."""
    found: list[str] = []
    folder = os.path.realpath(".")
    while True:
        found += [_status(path) for name in _CONFIGS if os.path.isfile(path := os.path.join(folder, name))]
        parent = os.path.dirname(folder)
        if os.path.exists(os.path.join(folder, ".git")) or parent == folder:
            return found
        folder = parent


def _status(path: str) -> str:
    status = os.stat(path)
    return f"{path} {status.st_size} {status.st_mtime_ns}"


def _name(text: str) -> str:
    return f"gate-{zlib.crc32(text.encode('utf-8', 'surrogateescape')):08x}.txt"


def _cache() -> str:
    """As `scanner.cache.folder`, but nothing is made."""
    path = os.environ.get("KEYSIEVE_CACHE_DIR")
    if path is None:
        path = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "keysieve")
    status = os.lstat(path)
    if not path or status.st_mode & 0o170022 != 0o040000 or status.st_uid != os.geteuid():
        raise _NoAnswer
    return path


def _read_own(path: str) -> bytes:
    """A file of the cache that nobody else may write to."""
    with open(path, "rb", buffering=0) as stream:
        status = os.fstat(stream.fileno())
        if status.st_uid != os.geteuid() or status.st_mode & 0o022:
            raise _NoAnswer
        return stream.read()


def _stamped() -> tuple[bytes, str, str]:
    """The compiled database, its name, and the library that reads it."""
    home, wanted = _cache(), identity()
    text = _read_own(os.path.join(home, _name(wanted))).decode("utf-8", "surrogateescape")
    told, database, extension = text.rsplit("\n", 2)
    if told != wanted or os.path.basename(database) != database:
        raise _NoAnswer
    return _read_own(os.path.join(home, database)), database, extension


def _silent(texts: list[bytes], compiled: tuple[str, bytes, str], loaded: list[Ready] | None) -> bool:
    # Imported by its file, since its package imports `typing` and `re`, and by what starts Python itself.
    import _imp

    name, data, path = compiled
    start, files = sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"]
    spec = start.ModuleSpec(_LIBRARY, files.ExtensionFileLoader(_LIBRARY, path), origin=path)
    hyperscan = _imp.create_dynamic(spec)
    _imp.exec_dynamic(hyperscan)
    database = hyperscan.loadb(data, hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    hits: list[int] = []
    for text in texts:
        if text:
            database.scan(text, match_event_handler=lambda *hit: hits.append(hit[0]))
        if hits:
            if loaded is not None:
                sys.modules[_LIBRARY] = hyperscan  # it cannot be loaded twice
                loaded.append((name, database))
            return False
    return True


# ---------------------------------------------------------------- git, as `scanner.sources.git.door` starts it


def _staged() -> list[bytes]:
    """The blobs in the index that are not in HEAD: more than the whole program looks at, never less."""
    git_dir = os.path.abspath(".git")
    if not os.path.isdir(git_dir) or os.path.isdir(os.path.join(git_dir, "reftable")) or "GIT_DIR" in os.environ:
        git_dir = _only_this(git_dir)
    with open(os.path.join(git_dir, "config"), "rb") as stream:
        if b"sha256" in stream.read().lower():
            raise _NoAnswer
    objects = os.path.join(git_dir, "objects")
    names = _changed(git_dir, objects)
    texts = [_loose(objects, name) for name in names]
    rest = [name for name, text in zip(names, texts, strict=True) if text is None]
    done = [text for text in texts if text is not None] + (_from_git(objects, rest) if rest else [])
    if sum(map(len, done)) > _MOST_BYTES:
        raise _NoAnswer
    return done


def _only_this(git_dir: str) -> str:
    """git names its folder to hooks in some cases; it must be the one beside us."""
    named = os.environ.get("GIT_DIR")
    same = named is not None and os.path.realpath(named) == os.path.realpath(git_dir)
    if not same or not os.path.isdir(git_dir) or os.path.isdir(os.path.join(git_dir, "reftable")):
        raise _NoAnswer
    return git_dir


def _furnish(home: str) -> None:
    """The git directory that git runs on: no configuration but ours is read, and its objects are always another's."""
    path = os.path.join(home, f"{_GIT}.{os.urandom(6).hex()}.tmp")
    os.makedirs(os.path.join(path, "refs"), 0o700)
    config = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n\tcommitGraph = false\n\tmultiPackIndex = false\n"
    for name, text in (("config", config), ("HEAD", "ref: refs/heads/keysieve-none\n")):
        with open(os.path.join(path, name), "wb", buffering=0) as stream:
            stream.write(text.encode())
    try:
        os.rename(path, os.path.join(home, _GIT))
    except OSError:  # another run was first
        for name in ("config", "HEAD"):
            os.unlink(os.path.join(path, name))
        for name in ("refs", ""):
            os.rmdir(os.path.join(path, name))


def _head(git_dir: str) -> str:
    """The commit that HEAD is."""
    with open(os.path.join(git_dir, "HEAD"), "rb", buffering=0) as stream:
        text = stream.read(4096).decode("ascii").strip()
    if text.startswith("ref:"):
        ref = text[4:].strip()
        path = os.path.join(git_dir, ref)
        if not ref.startswith("refs/") or ".." in ref:
            raise _NoAnswer
        if os.path.isfile(path):
            with open(path, "rb", buffering=0) as stream:
                text = stream.read(4096).decode("ascii").strip()
        else:
            with open(os.path.join(git_dir, "packed-refs"), "rb") as stream:
                rows = (line.split() for line in stream)
                text = next(row[0].decode("ascii") for row in rows if len(row) == 2 and row[1] == os.fsencode(ref))
    if len(text) != 40 or text.strip("0123456789abcdef"):
        raise _NoAnswer
    return text


def _changed(git_dir: str, objects: str) -> list[str]:
    index = os.environ.get("GIT_INDEX_FILE") or os.path.join(git_dir, "index")
    beside = os.path.realpath(os.path.dirname(os.path.abspath(index))) == os.path.realpath(git_dir)
    if not beside or not os.path.isfile(index) or any(name.startswith("sharedindex.") for name in os.listdir(git_dir)):
        raise _NoAnswer
    arguments = ["diff-index", "--cached", "--raw", "--no-abbrev", "-z", _head(git_dir)]
    told = _git(arguments, objects, {"GIT_INDEX_FILE": os.path.abspath(index)})
    names: dict[str, None] = {}
    for head in told.split(b"\0")[::2]:
        if head:
            _, mode, _, name, _ = head.decode("ascii").split(" ")
            if mode not in ("000000", "160000"):
                names[name] = None
    if len(names) > _MOST_OBJECTS or any(not name.strip("0") for name in names):
        raise _NoAnswer
    return list(names)


def _loose(objects: str, name: str) -> bytes | None:
    """A blob that `git add` has just written, read without git; None where it lies elsewhere."""
    try:
        with open(os.path.join(objects, name[:2], name[2:]), "rb", buffering=0) as stream:
            packed = stream.read()
    except FileNotFoundError:
        return None
    if len(packed) > _MOST_BYTES:
        raise _NoAnswer
    reader = zlib.decompressobj()
    head, _, text = reader.decompress(packed, _MOST_BYTES).partition(b"\0")
    if head != b"blob %d" % len(text) or reader.unconsumed_tail:
        raise _NoAnswer
    return text


def _from_git(objects: str, names: list[str]) -> list[bytes]:
    path = os.path.join(_cache(), _GIT, f"wanted-{os.urandom(6).hex()}")
    try:
        with open(path, "xb", buffering=0) as stream:
            stream.write("".join(f"{name}\n" for name in names).encode())
        told = _git(["cat-file", "--batch", "--buffer"], objects, {}, path)
    finally:
        os.unlink(path)
    texts: list[bytes] = []
    at = 0
    while at < len(told):
        end = told.index(b"\n", at)
        _, kind, size = told[at:end].split()
        if kind != b"blob":
            raise _NoAnswer
        texts.append(told[end + 1 : end + 1 + int(size)])
        at = end + int(size) + 2
    if len(texts) != len(names):
        raise _NoAnswer
    return texts


def _git(arguments: list[str], objects: str, more: dict[str, str], stdin: str = os.devnull) -> bytes:
    env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    env |= {
        "GIT_DIR": os.path.join(_cache(), _GIT), "GIT_OBJECT_DIRECTORY": objects,
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": "", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C", **more,
    }  # fmt: skip
    read, write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_DUP2, write, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    try:
        process = os.posix_spawnp("git", ["git", *arguments], env, file_actions=actions)
    finally:
        os.close(write)
    parts: list[bytes] = []
    total = 0
    with open(read, "rb", buffering=0) as stream:
        while part := stream.read(1 << 16):
            total += len(part)
            if total <= 2 * _MOST_BYTES:
                parts.append(part)
    _, status = os.waitpid(process, 0)
    if status or total > 2 * _MOST_BYTES:
        raise _NoAnswer
    return b"".join(parts)


if __name__ == "__main__":
    main()
