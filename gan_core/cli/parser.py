"""The commands and their options. Nothing heavy is imported to read a command line."""

from __future__ import annotations

import argparse
import difflib
import math
import re
from collections.abc import Sequence
from typing import NoReturn

from gan_core.access.modes import MODES
from gan_core.errors import BadInputError
from gan_core.text import N_

EXPORT_FORMATS = ("keras", "h5", "onnx", "html", "script", "zip")
METHODS = ("slerp", "linear")
MEASURES = ("fid", "kid", "is", "prdc")


class Parser(argparse.ArgumentParser):
    """An `ArgumentParser` whose complaints are errors like all others: one line, exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Say it in our words.

        Raises:
            BadInputError: always.
        """
        missing = re.fullmatch(r"the following arguments are required: (.*)", message)
        if missing:
            raise BadInputError(
                N_("is missing; `{prog} --help` shows what is needed."),
                field=missing[1],
                prog=self.prog,
            )
        named = re.fullmatch(r"argument ([^:]+): (.*)", message, re.DOTALL)
        field, said = (named[1], named[2]) if named else (None, message)
        raise BadInputError(N_("{said}."), field=field, said=said.rstrip("."))


def whole(text: str) -> int:
    """A whole number, for an option."""
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"got {text[:40]!r}; allowed is a whole number") from error


def number(text: str) -> float:
    """A finite number, for an option."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"got {text[:40]!r}; allowed is a number")
    return value


def whole_numbers(text: str) -> list[int]:
    """Whole numbers with commas between them."""
    try:
        return [int(part) for part in text.split(",")]
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"got {text[:40]!r}; allowed are whole numbers with commas, as in 1,2,3"
        ) from error


class OneOf:
    """One of a few words, for an option; the nearest is offered."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = allowed

    def __call__(self, text: str) -> str:
        """Return the word, if it is one of them."""
        if text in self._allowed:
            return text
        raise argparse.ArgumentTypeError(
            f"got {text[:40]!r}; allowed is one of: {', '.join(self._allowed)}"
        )


class SomeOf:
    """Some of a few words with commas between them, for an option."""

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = OneOf(allowed)

    def __call__(self, text: str) -> list[str]:
        """Return the words, if all are allowed."""
        return [self._allowed(word.strip()) for word in text.split(",")]


def setting(text: str) -> tuple[str, str]:
    """`KEY=VALUE`."""
    key, equals, value = text.partition("=")
    if not equals or not key.strip():
        raise argparse.ArgumentTypeError(f"got {text[:40]!r}; allowed is KEY=VALUE")
    return key.strip(), value.strip()


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Read a command line.

    Raises:
        BadInputError: an unknown command or option (the nearest is offered), or a wrong value.
        SystemExit: `--help` was asked for and shown.
    """
    parser, commands = build()
    _check_command(arguments, commands)
    ours, streamlits = _split(arguments)
    given, unknown = parser.parse_known_args(ours)
    if unknown:
        raise _unknown_argument(unknown[0], commands[given.command])
    given.options = streamlits
    return given


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our own arguments, and from the first option with a dot on, `serve` hands them on."""
    for i, argument in enumerate(arguments):
        if "serve" in arguments[:i] and re.match(r"--\w+\.\w+", argument):
            return list(arguments[:i]), list(arguments[i:])
    return list(arguments), []


def _check_command(arguments: Sequence[str], commands: dict[str, Parser]) -> None:
    """Refuse an unknown command with the nearest one; argparse only lists them all."""
    rest = list(arguments)
    while rest and rest[0].startswith("-"):
        if rest.pop(0) == "--runs" and rest:
            rest.pop(0)
    if not rest or rest[0] in commands:
        return
    near = difflib.get_close_matches(rest[0], commands, n=1, cutoff=0.5)
    raise BadInputError(
        N_("got {given}; allowed is one of: {allowed}."),
        N_("Did you mean {near}?") if near else "",
        field="command",
        given=repr(rest[0]),
        allowed=", ".join(commands),
        near=near[0] if near else "",
    )


def _unknown_argument(given: str, command: Parser) -> BadInputError:
    name = given.split("=", 1)[0]
    options = re.findall(r"(?<![\w-])--[a-z]+", command.format_usage())
    near = difflib.get_close_matches(name, options, n=1, cutoff=0.5)
    return BadInputError(
        N_("got {given}, which `{prog}` does not take; it takes {options}."),
        N_("Did you mean {near}?") if near else "",
        field="option" if name.startswith("-") else "argument",
        given=repr(given),
        prog=command.prog,
        options=", ".join(dict.fromkeys(options)),
        near=near[0] if near else "",
    )


def build() -> tuple[Parser, dict[str, Parser]]:
    """The parser, and each command's own by its name."""
    parser = Parser(
        prog="python -m gan_core",
        description="Train generative networks and explore what they have learnt.",
        epilog="Bad input ends with exit code 2, a failure with 1, Ctrl-C with 130.",
        allow_abbrev=False,
    )
    _add_common(parser, top=True)
    group = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    commands: dict[str, Parser] = {}

    def command(name: str, handler: str, text: str) -> Parser:
        made: Parser = group.add_parser(name, help=text, description=text, allow_abbrev=False)
        _add_common(made, top=False)
        made.set_defaults(handler=f"gan_core.cli.{handler}")
        commands[name] = made
        return made

    _add_serve(command("serve", "serving:serve", "Open the pages: alone, for a class, …"))
    command("recipes", "listing:recipes", "List the systems that can be trained.")
    command("datasets", "listing:datasets", "List the data sets.")
    command("doctor", "doctor:doctor", "Tell versions, devices, disk, data, and known traps.")
    _add_train(command("train", "training:train", "Start a run and follow it."))
    _add_sweep(command("sweep", "sweeping:sweep", "Try several values of a few settings."))
    _add_runs(command("runs", "listing:runs", "List the runs."))
    _add_run(command("show", "listing:show", "Show one run."))
    _add_run(command("pause", "training:pause", "Pause a run; it frees the device."))
    _add_resume(command("resume", "training:resume", "Continue a run, or extend a completed one."))
    _add_run(command("stop", "training:stop", "Stop a run; its last step is saved."))
    rename = command("rename", "moving:rename", "Give a run another name.")
    _add_run(rename)
    rename.add_argument("text", metavar="TEXT", help="the new name")
    delete = command("delete", "moving:delete", "Delete a run that is not running.")
    _add_run(delete)
    delete.add_argument("--yes", action="store_true", help="do not ask")
    _add_fork(command("fork", "training:fork", "Start a new run from a snapshot of another."))
    _add_sample(command("sample", "making:sample", "Generate images into a file."))
    _add_interpolate(command("interpolate", "making:interpolate", "Walk between latents."))
    _add_evaluate(command("evaluate", "measuring:evaluate", "Measure how good a snapshot is."))
    _add_export(command("export", "moving:export", "Write a generator, a program or a run."))
    archive = command("import", "moving:import_run", "Take in a run or somebody's generator.")
    archive.add_argument(
        "file", metavar="FILE", help="a run zip, or a generator: .keras, .h5, .onnx"
    )
    return parser, commands


def _add_common(parser: Parser, *, top: bool) -> None:
    """`--runs` and `--json` go before or after the command."""
    missing = None if top else argparse.SUPPRESS
    parser.add_argument(
        "--runs", metavar="DIR", default=missing, help="runs folder ($GAN_RUNS_DIR, ./runs)"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        default=False if top else argparse.SUPPRESS,
        help="print one JSON value",
    )


def _add_run(parser: Parser) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's id, as `runs` lists it")


def _add_serve(parser: Parser) -> None:
    parser.add_argument(
        "mode",
        metavar="MODE",
        nargs="?",
        default="alone",
        type=OneOf(MODES),
        help="alone (default): this machine; class: the local network, the teacher has a code; "
        "proxy: behind a web server on this machine",
    )
    parser.add_argument("--port", type=whole, metavar="N", help="(8501, or the next that is free)")
    parser.add_argument(
        "--code", metavar="TEXT", help="the teacher's code for `class`; a fresh one otherwise"
    )
    parser.epilog = "Streamlit's own options, such as --server.maxUploadSize=500, may follow."


def _add_step(parser: Parser) -> None:
    parser.add_argument(
        "--step", default="newest", metavar="N", help="a snapshot's step, newest (default) or best"
    )


def _add_length(parser: Parser) -> None:
    parser.add_argument("--epochs", type=number, metavar="N", help="passes over the data, in all")
    parser.add_argument("--steps", type=whole, metavar="N", help="training steps, in all")


def _add_settings(parser: Parser) -> None:
    parser.add_argument(
        "--set",
        dest="settings",
        type=setting,
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a setting; may be given several times",
    )
    parser.add_argument("--name", default="", metavar="TEXT", help="a name for people")


def _add_output(parser: Parser, text: str) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help=text)


def _add_train(parser: Parser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help="what to train; `recipes` lists them")
    parser.add_argument(
        "--dataset",
        metavar="NAME",
        help="what to train on: a name, or a folder, zip, npz, npy or idx file; the recipe's own",
    )
    _add_length(parser)
    _add_settings(parser)
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="fixes all chance (0)")
    parser.add_argument(
        "--repeat",
        type=whole,
        default=1,
        metavar="N",
        help="train N times, with this seed and those after it (1); the last run's id is printed",
    )
    parser.add_argument("--detach", action="store_true", help="return at once")


def _add_sweep(parser: Parser) -> None:
    parser.add_argument("recipe", metavar="RECIPE", help="what to train; `recipes` lists them")
    parser.add_argument("--dataset", metavar="NAME", help="as for `train`")
    parser.add_argument(
        "--grid",
        type=setting,
        action="append",
        default=[],
        metavar="KEY=V1,V2,…",
        help="values of a setting to try; may be given several times: all combinations are tried",
    )
    parser.add_argument(
        "--random", type=whole, metavar="N", help="try N points at random instead of all"
    )
    parser.add_argument(
        "--range",
        dest="ranges",
        type=setting,
        action="append",
        default=[],
        metavar="KEY=LOW..HIGH",
        help="with --random: numbers to draw from, on a log scale where HIGH is ten times LOW",
    )
    _add_length(parser)
    _add_settings(parser)
    parser.add_argument(
        "--seed", type=whole, default=0, metavar="N", help="of all runs, and of the draw (0)"
    )
    parser.add_argument("--detach", action="store_true", help="return at once")


def _add_runs(parser: Parser) -> None:
    parser.add_argument(
        "--sweep", metavar="ID", help="the runs of a sweep in one table, the best first"
    )


def _add_resume(parser: Parser) -> None:
    _add_run(parser)
    _add_length(parser)


def _add_fork(parser: Parser) -> None:
    _add_run(parser)
    _add_step(parser)
    _add_length(parser)
    _add_settings(parser)


def _add_sample(parser: Parser) -> None:
    _add_run(parser)
    _add_step(parser)
    parser.add_argument("--count", type=whole, metavar="N", help="how many images (25)")
    parser.add_argument("--seed", type=whole, default=0, metavar="N", help="which latents (0)")
    parser.add_argument("--zero", action="store_true", help="the image of the all-zero latent")
    parser.add_argument(
        "--label", metavar="K", help="only images of this class, as a classifier sees it"
    )
    _add_output(parser, "a .png sheet, or a .npy array uint8 [N, H, W, C]")


def _add_interpolate(parser: Parser) -> None:
    _add_run(parser)
    _add_step(parser)
    parser.add_argument(
        "--seeds", type=whole_numbers, required=True, metavar="A,B,…", help="the points to visit"
    )
    parser.add_argument(
        "--method", type=OneOf(METHODS), default="slerp", metavar="WAY", help="slerp or linear"
    )
    parser.add_argument("--frames", type=whole, default=60, metavar="N", help="in all (60)")
    parser.add_argument("--open", action="store_true", help="do not go back to the first point")
    _add_output(parser, "a .gif, .webp, .mp4 or .png")


def _add_evaluate(parser: Parser) -> None:
    _add_run(parser)
    _add_step(parser)
    parser.add_argument(
        "--metrics",
        type=SomeOf(MEASURES),
        default=list(MEASURES),
        metavar="A,B,…",
        help=f"some of {','.join(MEASURES)} (all)",
    )
    parser.add_argument(
        "--images", type=whole, default=10_000, metavar="N", help="how many to generate (10000)"
    )


def _add_export(parser: Parser) -> None:
    _add_run(parser)
    _add_step(parser)
    parser.add_argument(
        "--format",
        type=OneOf(EXPORT_FORMATS),
        required=True,
        metavar="FORMAT",
        help=", ".join(EXPORT_FORMATS),
    )
    _add_output(parser, "a file, or a folder in which it gets a name")
