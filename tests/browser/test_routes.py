"""The app's own addresses answer good requests, and refuse others in words."""

import base64
import json
import urllib.error
import urllib.request

import numpy as np
import pytest

LATENT_SIZE = 64


@pytest.fixture
def ask(studio):
    def ask(path, body=None, *, raw=None):
        data = raw if raw is not None else json.dumps(body).encode() if body is not None else None
        request = urllib.request.Request(f"{studio.address}/{path}", data=data)  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    return ask


def rows(count, size=LATENT_SIZE):
    return np.zeros((count, size)).tolist()


def test_images_of_latents(ask, training):
    status, body = ask("studio/decode", {"run": training, "step": 0, "latents": rows(3)})
    assert status == 200
    answer = json.loads(body)
    assert answer["shape"] == [28, 28, 1]
    images = [base64.b64decode(image) for image in answer["images"]]
    assert [len(image) for image in images] == [28 * 28] * 3
    assert images[0] == images[1] == images[2]
    assert all(0 <= p <= 1 for p in answer["p_real"])


def test_latents_are_those_of_the_command_line(ask):
    status, body = ask("studio/latents", {"seed": 5, "count": 2, "latent_size": LATENT_SIZE})
    assert status == 200
    expected = np.random.default_rng(5).standard_normal((2, LATENT_SIZE)).astype(np.float32)
    np.testing.assert_array_equal(np.array(json.loads(body)["latents"], np.float32), expected)


def test_sheets(ask, training):
    status, body = ask(f"studio/runs/{training}/samples/0.png")
    assert (status, body[:4]) == (200, b"\x89PNG")
    status, body = ask(f"studio/runs/{training}/samples/0.json")
    assert status == 200
    assert set(json.loads(body)) >= {"columns", "gap", "tile", "p_real"}


@pytest.mark.parametrize(
    "path",
    [
        "studio/runs/unknown/samples/0.png",
        "studio/runs/..%2f..%2fetc/samples/0.png",
        "studio/runs/%2e%2e/samples/0.png",
        "studio/runs/{run}/samples/999999.png",
        "studio/runs/{run}/samples/999999.json",
        "studio/runs/{run}/samples/..%2fconfig.json",
    ],
)
def test_nothing_else_is_handed_out(ask, training, path):
    status, body = ask(path.format(run=training))
    assert b'"recipe"' not in body
    # Streamlit answers addresses that are nobody's with its own first page.
    assert status in {400, 404} or body.lstrip().lower().startswith(b"<!doctype html>")


@pytest.mark.parametrize(
    ("status", "change"),
    [
        (404, {"run": "unknown"}),
        (404, {"run": "../../etc"}),
        (404, {"run": None}),
        (404, {"step": 123_456_789}),
        (400, {"step": -1}),
        (400, {"step": "0"}),
        (400, {"step": True}),
        (400, {"step": 0.5}),
        (400, {"latents": None}),
        (400, {"latents": []}),
        (400, {"latents": [[]]}),
        (400, {"latents": "zero"}),
        (400, {"latents": [[0.0] * LATENT_SIZE, [0.0]]}),
        (400, {"latents": rows(1, LATENT_SIZE + 1)}),
        (400, {"latents": rows(65)}),
        (400, {"latents": [["1e999"] * LATENT_SIZE]}),
        (400, {"latents": [[float("nan")] * LATENT_SIZE]}),
        (400, {"latents": [[1e39] * LATENT_SIZE]}),
    ],
)
def test_bad_latents(ask, training, status, change):
    answered, body = ask(
        "studio/decode", {"run": training, "step": 0, "latents": rows(1), **change}
    )
    assert answered == status, body
    assert json.loads(body)["message"]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b"[" * 100_000, b"1" * 2_100_000])
@pytest.mark.parametrize("path", ["studio/decode", "studio/latents"])
def test_bodies_that_are_no_request(ask, training, path, raw):
    status, body = ask(path, raw=raw)
    assert status == 400, body
    assert json.loads(body)["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"seed": -1, "count": 1, "latent_size": 4},
        {"seed": 2**31, "count": 1, "latent_size": 4},
        {"seed": 0, "count": 0, "latent_size": 4},
        {"seed": 0, "count": 65, "latent_size": 4},
        {"seed": 0, "count": 1, "latent_size": 10**6},
        {"seed": 0, "count": 1},
    ],
)
def test_bad_draws(ask, body):
    assert ask("studio/latents", body)[0] == 400
