"""Every address that the server answers is one that docs/security.md decides on."""

import json
import re
import subprocess
import sys

import pytest

from tests.access import addresses

_LIST = """
import json
from app import app
routes = app._build_starlette_app().routes
print(json.dumps([path for route in routes if (path := getattr(route, "path", ""))]))
from pages._parts.routes import studio_routes
print(json.dumps([[route.path, sorted(getattr(route, "methods", None) or [])]
                  for route in studio_routes()]))
"""


@pytest.fixture(scope="module")
def surfaces(repo):
    done = subprocess.run(
        [sys.executable, "-c", _LIST], cwd=repo, capture_output=True, text=True, check=True
    )
    streamlits, ours = map(json.loads, done.stdout.splitlines()[-2:])
    return set(streamlits), ours


@pytest.fixture(scope="module")
def decided(repo):
    return set(addresses.decided(repo))


def test_each_of_streamlits_addresses_is_decided_on(surfaces, decided):
    streamlits, _ours = surfaces
    assert len(streamlits) > 10
    bare = {re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", path) for path in streamlits}
    assert sorted(bare - decided - {""}) == []


def test_each_of_ours_is_decided_on(surfaces, decided):
    _streamlits, ours = surfaces
    bare = {re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", path) for path, _methods in ours}
    assert sorted(bare - decided) == []


def test_nothing_is_decided_on_that_is_gone(surfaces, decided):
    streamlits, ours = surfaces
    there = {re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", path) for path, _methods in ours}
    there |= {re.sub(r"\{(\w+)(:\w+)?\}", r"{\1}", path) for path in streamlits}
    assert sorted(decided - there - {"/_stcore/script-health-check", "/app/static/{path}"}) == []
