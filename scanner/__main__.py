"""`keysieve`, and `python -m scanner`: the hook's first look where that is enough, else the whole program."""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from scanner.gate import Ready


def main() -> None:
    """Run; the process ends with one of `scanner.errors.ExitCode`."""
    if sys.argv[1:] == ["hook", "run", "pre-commit"]:
        from scanner import gate

        loaded: list[Ready] = []
        if gate.clean(loaded):
            sys.exit(0)
        commit(loaded)
    from scanner.cli import main as whole

    whole.main()


def commit(loaded: "list[Ready]") -> None:
    """The whole program at commit time, after a first look that found something or gave no answer."""
    from scanner.cli.ending import ended

    def run() -> int:
        from scanner.cli import hookrun

        return hookrun.run("pre-commit", loaded=loaded)

    ended(run)


if __name__ == "__main__":
    main()
