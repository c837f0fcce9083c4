"""A small real app around the components: an honest picture of latents, made with NumPy.

The picture is a soft ellipse whose place, size and slant are the first five numbers of the latent;
its "verdict" is how near the centre it sits. Address parameters choose what is shown.
"""

from __future__ import annotations

import base64
import io
import math
import time
from urllib.parse import urlencode

import numpy as np
import streamlit as st

from pages._parts.asset_routes import asset_routes
from tests.web.plane_app import plane_routes, show_plane

STEPS = [50 * i for i in range(1, 46)]
SHAPE = [28, 28, 1]
RUN = "20260101-120000-abcd"


def picture(z: list[float]) -> np.ndarray:
    """One latent as uint8 [28, 28, 1]."""
    x0, y0, wide, tall, slant = (math.tanh(value / 2) for value in z[:5])
    rows, columns = np.mgrid[-1:1:28j, -1:1:28j]
    across, down = columns - 0.5 * x0, rows - 0.5 * y0
    across = across + slant * down
    distance = (across / (0.45 + 0.25 * wide)) ** 2 + (down / (0.55 + 0.25 * tall)) ** 2
    return (255 * np.exp(-(distance**2))).astype(np.uint8)[..., None]


def p_real(z: list[float]) -> float:
    """1 in the middle, 0 at the rim."""
    return float(1 / (1 + math.exp(2 * math.hypot(z[0], z[1]) - 2)))


def side(z: list[float]) -> int:
    """A class for a classifier: left or right of the middle."""
    return int(z[0] > 0)


def concepts() -> list[dict]:
    """Two directions: the first moves across, the second up and down and a little across."""
    across = np.eye(64)[0]
    both = np.eye(64)[1] + 0.5 * across
    return [
        {"id": "aa", "name": "across", "vector": across.tolist(), "figure": "0.98", "about": "A."},
        {"id": "bb", "name": "down", "vector": both.tolist(), "figure": "–", "about": "B."},
    ]


def classifier(query) -> dict:
    """How things stand with a classifier, as the address asks for it."""
    return {
        "state": query.get("classifier", "unsuited"),
        "share": 0.4,
        "accuracy": 0.985,
        "num_test": "10 000",
        "reason": "no space left",
        "class_names": ["left", "right"],
    }


def sheet(step: int) -> bytes:
    """A PNG of 8 × 8 pictures that sharpen with the step."""
    from PIL import Image

    draws = np.random.default_rng(0).standard_normal((64, 64))
    noise = np.random.default_rng(step).integers(0, 256, (64, 28, 28))
    sharp = min(1.0, step / 1500)
    tiles = [
        (sharp * picture(z)[..., 0] + (1 - sharp) * n) for z, n in zip(draws, noise, strict=True)
    ]
    page = np.array(tiles).reshape(8, 8, 28, 28).swapaxes(1, 2).reshape(224, 224)
    file = io.BytesIO()
    Image.fromarray(page.astype(np.uint8)).save(file, "PNG")
    return file.getvalue()


def routes(base: str = "") -> list:
    """The app's own addresses, below `base`."""
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    tally = {"busy": 0, "most": 0, "asked": 0}

    def decode(request, body):
        if body["run"] == "gone":
            return JSONResponse({"message": "Traceback: no such run"}, status_code=404)
        latents = body["latents"]
        return JSONResponse(
            {
                "step": body["step"],
                "shape": SHAPE,
                "images": [base64.b64encode(picture(z).tobytes()).decode() for z in latents],
                "p_real": None if body["run"] == "mute" else [p_real(z) for z in latents],
                "labels": [side(z) for z in latents] if body["run"] == "named" else None,
                "confidences": [0.983] * len(latents) if body["run"] == "named" else None,
            }
        )

    async def decode_route(request):
        import anyio

        body = await request.json()
        under_the_hand = int(len(body["latents"]) == 1)
        tally["busy"] += under_the_hand
        tally["asked"] += under_the_hand
        tally["most"] = max(tally["most"], tally["busy"])
        await anyio.sleep(0.012)  # what one image costs a real engine
        tally["busy"] -= under_the_hand
        return decode(request, body)

    async def latents_route(request):
        body = await request.json()
        draws = np.random.default_rng(body["seed"]).standard_normal(
            (body["count"], body["latent_size"])
        )
        return JSONResponse({"latents": draws.astype(np.float32).tolist()})

    async def sheet_route(request):
        step = int(request.path_params["step"])
        if step not in STEPS:
            return Response(status_code=404)
        return Response(sheet(step), media_type="image/png")

    async def verdicts_route(request):
        chances = np.random.default_rng(int(request.path_params["step"])).random(64)
        about = {"columns": 8, "gap": 0, "tile": [28, 28], "p_real": chances.tolist()}
        return JSONResponse(about)

    async def news_route(request):
        query = dict(request.query_params)
        return JSONResponse(news(query, float(query["begun"])))

    async def tally_route(request):
        told = dict(tally)
        tally["most"] = 0  # since the last look: pinned points ask, too, when a page is opened
        return JSONResponse(told)

    return [
        Route(f"{base}/studio/decode", decode_route, methods=["POST"]),
        Route(f"{base}/studio/latents", latents_route, methods=["POST"]),
        Route(f"{base}/studio/tally", tally_route),
        Route(f"{base}/studio/runs/{{run}}/samples/{{step}}.png", sheet_route),
        Route(f"{base}/studio/runs/{{run}}/samples/{{step}}.json", verdicts_route),
        Route(f"{base}/studio/runs/{{run}}/live.json", news_route),
        *plane_routes(base),
        *asset_routes(base),
    ]


def curves(count: int) -> list[dict]:
    """Two panels with two series each, `count` points apiece, like a GAN's."""
    rng = np.random.default_rng(1)
    x = np.linspace(1, 10 * count, count).astype(int).tolist()
    fall = np.exp(-np.arange(count) / 120)
    d_loss = 0.55 + 0.5 * fall + 0.08 * rng.standard_normal(count)
    g_loss = 1.1 + 0.9 * fall + 0.15 * rng.standard_normal(count)
    real = np.clip(0.8 - 0.2 * fall + 0.06 * rng.standard_normal(count), 0, 1)
    fake = np.clip(0.75 - 0.3 * fall + 0.06 * rng.standard_normal(count), 0, 1)
    d_loss[40:48] = math.nan

    def line(key, label, color, dash, y):
        return {"key": key, "label": label, "color": color, "dash": dash, "x": x, "y": y.tolist()}

    losses = [
        line("d_loss", "D loss", "blue", [], d_loss),
        line("g_loss", "G loss", "orange", [7, 4], g_loss),
    ]
    accuracies = [
        line("d_acc_real", "on real", "green", [], real),
        line("d_acc_fake", "on fake", "violet", [7, 4], fake),
    ]
    return [
        {"title": "Losses", "y_label": "", "series": losses, "band": None},
        {
            "title": "D accuracy",
            "series": accuracies,
            "band": [0.6, 0.9],
            "y_min": 0,
            "y_max": 1,
        },
    ]


def news(query, begun: float) -> dict:
    """What a run tells that has been growing since `begun`, or stands still."""
    secs = float(query.get("tick", 0))
    grown = int((time.monotonic() - begun) / secs) if secs else 0
    empty = "empty" in query
    count = 0 if empty else int(query.get("points", 500)) + grown
    lines = [line for panel in curves(count) for line in panel["series"]]
    columns = {
        line["key"]: [line["x"], [None if y != y else round(y, 5) for y in line["y"]]]
        for line in lines
    }
    columns["sheets"] = [[] if empty else STEPS[: 40 + grown]]
    if "quality" in query:
        columns["fid"] = [[500, 1000, 2000], [80.5, 20.25, 30.5]]
    step = max([0, *(x for line in lines for x in line["x"][-1:])])
    return {
        "version": str(grown),
        "whole": True,
        "facts": {
            "step": step,
            "busy": True,
            "num_bad_lines": int(query.get("bad", 0)),
            "best": {"step": 1000, "fid": "20.2"} if "quality" in query else None,
        },
        "lists": {name: {"keep": 0, "add": add} for name, add in columns.items()},
    }


def show_live() -> None:
    from pages._parts import components

    query = st.query_params
    secs = float(query.get("tick", 1))
    asked = urlencode({**query.to_dict(), "begun": time.monotonic()})
    panels = curves(0)
    for line in (line for panel in panels for line in panel["series"]):
        del line["x"], line["y"]
    if "quality" in query:
        fid = {"key": "fid", "label": "FID", "color": "blue", "dash": []}
        panels.append({"title": "FID · digit features", "group": "quality", "series": [fid]})
    components.live_view(
        key="live",
        data={
            "run": RUN,
            "live_url": f"studio/runs/{RUN}/live.json?{asked}",
            "look_secs": [secs, secs],
            "sheet_url": f"studio/runs/{RUN}/samples/{{step}}.png",
            "verdict_url": f"studio/runs/{RUN}/samples/{{step}}.json",
            "verdict_thresholds": [0.4, 0.6],
            "total_steps": 20_000,
            "best_figure": "FID · digit features",
            "invert": "invert" in query,
            "panels": panels,
            "present": "present" in query,
        },
    )


def show_explorer() -> None:
    from pages._parts import components

    query = st.query_params
    version = st.session_state.get("version", 0)
    step = st.session_state.get("step", 2250)
    state = components.explorer(
        key="explorer",
        data={
            "run": query.get("run", RUN),
            "step": step,
            "latent_size": 64,
            "image_shape": SHAPE,
            "num_sliders": int(query.get("sliders", 12)),
            "sigma": 3,
            "z": [0.5 if version else 0.0] * 64,
            "z_version": version,
            "invert": "invert" in query,
            "decode_url": "studio/decode",
            "verdict_thresholds": [0.4, 0.6],
            "neighbours": 8,
            "neighbour_radius": 3.0,
            "directions": concepts()[st.session_state.get("gone", 0) :]
            if "few" not in query
            else [],
            "classifier": classifier(query),
            "present": "present" in query,
        },
    )
    if state.action:
        st.session_state["did"] = state.action
    did = dict(st.session_state.get("did") or {})
    at = did.pop("z", [])
    st.text(f"did {did} at {' '.join(f'{value:.2f}' for value in at[:3])}")
    st.session_state["reruns"] = st.session_state.get("reruns", 0) + 1
    left, right, told = st.columns(3)
    left.button("Next step", on_click=lambda: st.session_state.update(step=step + 250))
    right.button("From Python", on_click=lambda: st.session_state.update(version=version + 1))
    told.button("Forget one", on_click=lambda: st.session_state.update(gone=1))
    told.text(f"drawn {st.session_state['reruns']} times")


def show_sorting() -> None:
    from pages._parts.concept_sheet import concept_sheet

    draws = np.random.default_rng(3).standard_normal((12, 5))
    images = np.stack([picture(z) for z in draws])
    version = "b" if st.toggle("Other images") else "a"
    found = concept_sheet(
        "sheet", images, ["left", "right"] * 6, version=version, invert="invert" in st.query_params
    )
    st.text(f"with {found.with_} without {found.without}")


if __name__ != "__main__":
    import os

    app = st.App("components_app.py", routes=routes(os.environ.get("TEST_BASE", "")))
else:
    st.set_page_config(page_title="Components", layout="wide")
    st.navigation(
        [
            st.Page(show_live, title="Live", url_path="live", default=True),
            st.Page(show_explorer, title="Explore", url_path="explore"),
            st.Page(show_sorting, title="Sort", url_path="sort"),
            st.Page(show_plane, title="Plane", url_path="plane"),
        ],
        position="top",
    ).run()
