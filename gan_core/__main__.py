"""`python -m gan_core`: the command line."""

import sys


def main() -> int:
    """Run one command; return the exit code. Where packages are missing, say so in words."""
    try:
        from gan_core.cli.main import main as run  # it needs what may not be installed

        return run()
    except ModuleNotFoundError as error:
        name = error.name or "gan_core"
        if name.partition(".")[0] in {"gan_core", *sys.stdlib_module_names}:
            raise
        sys.stderr.write(
            f"python: {sys.executable} does not have the package `{name}`. Use `.venv/bin/python`, "
            "which `bash start.sh install requirements.txt` makes; where that is what you used, "
            "remove the folder `.venv` first.\n"
        )
        return 1


if __name__ == "__main__":
    sys.exit(main())
