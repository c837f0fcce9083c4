"""The cookies that a browser gets from the app: by them people are told apart, and the teacher.

In `alone` there are none, and everybody is the owner.
"""

from __future__ import annotations

from collections.abc import Mapping

import requests

_TIMEOUT_SECS = 60.0
_PAGE = {"Accept": "text/html"}


def newcomers(address: str) -> dict[str, str]:
    """What somebody's browser keeps once it was sent the page."""
    answer = requests.get(address, headers=_PAGE, timeout=_TIMEOUT_SECS)
    answer.raise_for_status()
    return answer.cookies.get_dict()


def teachers(address: str, code: str) -> dict[str, str]:
    """The same of somebody who enters the teacher's code.

    Raises:
        ValueError: the code lets nobody in.
    """
    kept = newcomers(address)
    answer = requests.post(
        f"{address}/studio/enter",
        data={"code": code},
        headers={"Origin": address},
        cookies=kept,
        timeout=_TIMEOUT_SECS,
        allow_redirects=False,
    )
    if answer.status_code != requests.codes.see_other:
        raise ValueError(f"{answer.status_code}: {answer.text[:200]}")
    return {**kept, **answer.cookies.get_dict()}


def is_teacher(address: str, cookies: Mapping[str, str]) -> bool:
    """Whether the app takes whoever brings these for the teacher."""
    answer = requests.post(
        f"{address}/studio/ticket",
        headers={"Origin": address},
        cookies=dict(cookies),
        timeout=_TIMEOUT_SECS,
    )
    return answer.status_code == requests.codes.no_content


def header(cookies: Mapping[str, str]) -> dict[str, str]:
    """The header of a websocket's request; none where there are no cookies."""
    words = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return {"Cookie": words} if words else {}
