"""A class over the real server: who has the link watches, who has the code is the teacher."""

import subprocess
import sys
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from gan_core.access.people import OWNER
from gan_core.jobs import gallery
from gan_core.runs.files import write_json
from tests.browser.conftest import PHONE, Studio, button, settled
from tests.web.real_app import wait_until_healthy

CODE = "K7QW-3FMA"
SECRET = "a secret of this test alone"  # noqa: S105


class Class(Studio):
    """`python -m gan_core serve class` over a runs folder of its own."""

    def start(self):
        write_json(
            self.store.root / "studio.json",
            {"standby_minutes": 0, "teachers": ["ada@school.example"]},
        )
        words = [sys.executable, "-m", "gan_core", "serve", "class", "--port", str(self.port)]
        words += ["--code", CODE]
        environ = {**self._environ, "STREAMLIT_SERVER_COOKIE_SECRET": SECRET}
        with self._log.open("ab") as log:
            self.server = subprocess.Popen(
                words, cwd=self._repo, env=environ, stdout=log, stderr=log
            )
        wait_until_healthy(self.address, self.server, self._log)


@pytest.fixture(scope="module")
def classroom(tmp_path_factory, repo, data_dir):
    made = Class(tmp_path_factory.mktemp("class"), repo, data_dir)
    made.run = gallery.ensure(made.store, "digits", by=OWNER)
    made.start()
    yield made
    made.end()


def line(page):
    return page.locator(".access-line")


def put(address, cookies):
    """Send a file straight to Streamlit's own address, as no page would."""
    request = urllib.request.Request(  # noqa: S310
        f"{address}/_stcore/upload_file/session/file", b"x", {"Cookie": cookies}, method="PUT"
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def cookies_of(page):
    return "; ".join(f"{one['name']}={one['value']}" for one in page.context.cookies())


def test_from_a_viewer_to_the_teacher_and_back(classroom, viewers):
    with viewers.open(classroom.address, wait_for=".st-key-train button") as page:
        settled(page)
        expect(line(page)).to_contain_text("Watching as a viewer")
        expect(button(page, "train")).to_be_disabled()
        status, words = put(classroom.address, cookies_of(page))
        assert (status, "not bring files" in words) == (403, True)
        page.goto(f"{classroom.address}/runs")
        expect(page.get_by_text("1 run", exact=True)).to_be_visible()
        expect(page.locator(".st-key-bring-in")).to_have_count(0)

        line(page).get_by_role("link", name="Enter the teacher's code").click()
        page.get_by_label("Teacher's code").fill("k7qw 3fma")
        page.get_by_role("button", name="Enter").click()
        page.wait_for_url("**/runs")
        expect(line(page)).to_contain_text("Here as the teacher")
        button(page, "address").click()
        expect(page.get_by_role("dialog").locator("img")).to_be_visible()
        page.keyboard.press("Escape")

        page.goto(classroom.address)
        expect(button(page, "train")).to_be_enabled()
        status, words = put(classroom.address, cookies_of(page))
        assert "not bring files" not in words  # what Streamlit says to that is its own affair

        line(page).get_by_role("link", name="Leave").click()
        page.get_by_role("button", name="Leave").click()
        expect(line(page)).to_contain_text("Watching as a viewer")


def test_a_wrong_code_is_said_and_nothing_is_lost(classroom, viewers):
    with viewers.open(
        f"{classroom.address}/studio/enter?back=explore", "form", forgive=True, viewport=PHONE
    ) as page:
        page.get_by_label("Teacher's code").fill("AAAA-AAAA")
        page.get_by_role("button", name="Enter").click()
        expect(page.get_by_role("alert")).to_contain_text("not the teacher's code")
        assert [one["name"] for one in page.context.cookies()] == []


def test_a_viewer_explores_and_names_things_for_themselves(classroom, viewers):
    address = f"{classroom.address}/explore?run={classroom.run}"
    with viewers.open(address, wait_for=".explorer .name-tag") as page:
        settled(page)
        page.locator(".name-tag").first.click()
        page.locator(".name-box").fill("mine")
        page.locator(".name-box").press("Enter")
        expect(page.locator(".name-tag").first).to_have_text("mine")
        settled(page)
        expect(page.locator("[data-testid=stAlert]")).to_have_count(0)
    assert classroom.store.get(classroom.run).meta.names == {}


def test_a_listed_login_is_the_teacher_and_known_to_the_other_addresses(classroom, viewers):
    """The cookie is what Streamlit's login leaves: signed with the server's own secret."""
    import json

    from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

    def signed_in(mail):
        user = {"origin": classroom.address, "is_logged_in": True, "email": mail}
        value = create_signed_value(SECRET, "_streamlit_user", json.dumps(user)).decode()
        return {"name": "_streamlit_user", "value": value, "url": classroom.address}

    with viewers.open(classroom.address, wait_for=".access-line") as page:
        page.context.add_cookies([signed_in("eve@school.example")])
        page.reload()
        expect(line(page)).to_contain_text("Watching as a viewer · eve@school.example")
        page.context.add_cookies([signed_in("ada@school.example")])
        with page.expect_response("**/studio/ticket") as told:
            page.reload()
        assert told.value.status == 204
        expect(line(page)).to_contain_text("Here as the teacher · ada@school.example")
        expect(button(page, "train")).to_be_enabled()
        assert "not bring files" not in put(classroom.address, cookies_of(page))[1]


def get(address):
    try:
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def test_nothing_private_is_behind_an_address_that_can_be_guessed(classroom):
    private = (classroom.store.root / ".access.json").read_text()
    for path, wanted in {
        "_stcore/metrics": 404,
        "_stcore/agent/openapi.json": 404,
        "_stcore/health": 200,
        f"media/{'0' * 56}.png": 404,
        "media/../../app.py": 400,
        "component/latent_studio_explorer/index.html": 404,
        "_stcore/bidi-components/latent_studio_explorer/app.py": 404,
        "_stcore/upload_file/session/file": None,
        "studio/inversions/0": 404,
        "studio/runs/../../.access.json/live.json": None,
        "app/static/app.py": None,
        ".access.json": None,
        "runs/.access.json": None,
        "static/%2e%2e/%2e%2e/app.py": None,
    }.items():
        status, body = get(f"{classroom.address}/{path}")
        assert wanted is None or status == wanted, (path, status)
        assert private.encode() not in body
        # Addresses that mean nothing are answered with the page, as its own router wants it.
        assert status >= 400 or b"<!DOCTYPE html>" in body or body == b"ok", path
