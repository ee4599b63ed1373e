"""`keysieve`, and `python -m scanner`: the hook's first look where that is enough, else the whole command line."""

import sys


def main() -> None:
    """Run; the process ends with one of `scanner.errors.ExitCode`."""
    if sys.argv[1:] == ["hook", "run", "pre-commit"]:
        from scanner import gate

        if gate.clean():
            sys.exit(0)
    from scanner.cli import main as whole

    whole.main()


if __name__ == "__main__":
    main()
