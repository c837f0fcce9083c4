"""Entry: read the command line, run one command, turn its end into an exit code."""

from __future__ import annotations

import importlib
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from types import TracebackType
from typing import TextIO

from gan_core.cli.context import Context, context
from gan_core.cli.output import tell
from gan_core.cli.parser import parse
from gan_core.errors import GanCoreError

INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the process's exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    sys.excepthook = report_bug
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a terminal without our characters
    try:
        given = parse(sys.argv[1:] if arguments is None else arguments)
        module, function = given.handler.split(":")
        handler = getattr(importlib.import_module(module), function)
        at = context(given, os.environ)
        if getattr(given, "step", None) == "best":
            _tell_if_none_is_best(at, given.run)
        code = int(handler(given, at))
        sys.stdout.flush()
    except GanCoreError as error:
        sys.stderr.write(error.one_line() + "\n")
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `… | head` has read enough
        _let_go(sys.stdout)
        return 0
    return code


def _tell_if_none_is_best(at: Context, run_id: str) -> None:
    from gan_core.runs import evaluations  # NumPy comes along: not for every command

    if evaluations.best_step(at.store.paths(run_id)) is None:
        tell("no snapshot of this run was measured while it trained: the newest is used")


def _let_go(stream: TextIO) -> None:
    """Have what is still unwritten go nowhere, so that the interpreter's last flush is silent."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Say that this is our fault; the traceback follows."""
    said = " ".join(str(error).split())
    sys.stderr.write(f"internal error: {kind.__name__}: {said} (please report)\n")
    traceback.print_exception(kind, error, trace)
