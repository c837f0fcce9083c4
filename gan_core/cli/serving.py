"""`serve`: the pages, for oneself, for a class, or behind a web server that lets people in."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from typing import NoReturn

from gan_core.access.address import free_port, local_addresses, page_address, qr_lines
from gan_core.access.codes import new_code
from gan_core.access.modes import VARIABLE, Mode
from gan_core.cli.context import Context
from gan_core.cli.output import tell
from gan_core.errors import BadInputError
from gan_core.jobs.keys import set_code
from gan_core.jobs.process import SOURCE_ROOT
from gan_core.jobs.queue import studio_fault
from gan_core.text import N_

_FIXED = ("--server.address", "--server.port")
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what the mode `class` is for


def serve(given: argparse.Namespace, at: Context) -> NoReturn:
    """Become the server of the pages; does not return."""
    mode: Mode = given.mode
    _check(mode, given)
    port = given.port or free_port()
    code = (given.code or new_code()) if mode == "class" else None
    if mode != "alone":
        set_code(at.runs_dir, code)
    tell(_words(mode, port, code))
    if fault := studio_fault(at.runs_dir):
        tell(fault)
    os.chdir(SOURCE_ROOT)  # where Streamlit finds the app's settings
    command = command_of(mode, port, given.options)
    os.execve(command[0], command, environment_of(mode, at))  # noqa: S606 - our own program


def command_of(mode: Mode, port: int, options: list[str]) -> list[str]:
    """The server's command line; what the mode decides stands last and wins."""
    host = _EVERYWHERE if mode == "class" else "localhost"
    return [
        *(sys.executable, "-m", "streamlit", "run", str(SOURCE_ROOT / "app.py")),
        *options,
        *(["--server.headless=true"] if mode != "alone" else []),
        *(f"--server.address={host}", f"--server.port={port}"),
    ]


def environment_of(mode: Mode, at: Context) -> Mapping[str, str]:
    """What the pages read: the mode, and the folder of runs that this command was given."""
    # Who asks is whoever holds the other end of the connection. What a request says of that is
    # for the mode `proxy` alone, and there the pages look at it themselves.
    return {
        **at.environ,
        VARIABLE: mode,
        "GAN_RUNS_DIR": str(at.runs_dir),
        "FORWARDED_ALLOW_IPS": "",
    }


def _check(mode: Mode, given: argparse.Namespace) -> None:
    if given.code and mode != "class":
        raise BadInputError(
            N_("only `serve class` has a code; `{mode}` has none."), field="--code", mode=mode
        )
    if given.port is not None and not 1 <= given.port <= 65535:
        raise BadInputError(
            N_("got {given}; allowed is a whole number, {low} … {high}."),
            field="--port",
            given=given.port,
            low=1,
            high=65535,
        )
    for option in given.options:
        if option.partition("=")[0] in _FIXED:
            raise BadInputError(
                N_("{option} is decided by the mode; say `--port N` for another port."),
                field="option",
                option=option.partition("=")[0],
            )


def _in_white_on_black(drawn: str) -> str:
    """Whatever the terminal's own colours are: cameras do not read a QR code's negative."""
    if not sys.stderr.isatty():
        return drawn
    return "\n".join(f"\033[97;40m{line}\033[0m" for line in drawn.splitlines())


def _words(mode: Mode, port: int, code: str | None) -> str:
    own = page_address("localhost", port)
    if mode == "alone":
        return f"Latent Studio, for this machine alone: {own}"
    if mode == "proxy":
        return (
            f"Latent Studio behind a web server on this machine: {own}\n"
            "Teachers are those that `teachers` in studio.json names; the rest may look."
        )
    addresses = [page_address(host, port) for host in local_addresses()]
    if not addresses:
        return f"No network was found. Here: {own}\nTeacher's code: {code}"
    others = [f"or:             {address}" for address in addresses[1:]]
    lines = [
        *("", "Latent Studio, for a class. Whoever has the address may watch and explore.", ""),
        _in_white_on_black(qr_lines(addresses[0])),
        *(f"Address:        {addresses[0]}", *others),
        *(f"Teacher's code: {code}", ""),
        f"The teacher enters the code at the top of the page, or here: {own}/studio/enter",
        "",
    ]
    return "\n".join(lines)
