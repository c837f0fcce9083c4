"""The plane in the components' own app: codes made by hand, images of `components_app.picture`."""

from __future__ import annotations

import base64
import io
import math

import numpy as np
import streamlit as st

NUM, SIDE = 1200, 7
LONELY = 7  # the image whose code stands apart from all others, at (-2, -2)
NAMES = ["cat", "dog", "<b>", "yak"]
COLORS = {"light": ["#2222aa", "#aa8800", "#ee22aa"], "dark": ["#6688ee", "#ccee00", "#ee2288"]}
ACROSS = [-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0]
ORIGIN = [0.0, 0.0, 0.25, -0.25, 0.5]
AXES = [[0.6, 0.8, 0.0, 0.0, 0.0], [-0.8, 0.6, 0.0, 0.0, 0.0]]
SPOTS = [[-2.0, 2.0], [2.0, -2.0]]


def labels() -> np.ndarray:
    return (np.arange(NUM) % len(NAMES)).astype(np.uint8)


def points(run: str, step: int) -> np.ndarray:
    """Four heaps; the second model's are mirrored, and each step is a little wider."""
    rng = np.random.default_rng(0)
    angles = labels() * np.pi / 2
    middles = 1.5 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    found = middles + 0.2 * rng.standard_normal((NUM, 2))
    found[LONELY] = [-2, -2]
    found *= 1 + (step - 100) / 1000
    return (found * ([1, -1] if run == "second" else [1, 1])).astype("<f4")


def latent(point: tuple[float, float]) -> list[float]:
    return (np.array(ORIGIN) + np.array(point) @ np.array(AXES)).tolist()


def image(index: int) -> np.ndarray:
    """The picture behind a point: uint8 [8, 8], different for each."""
    return np.random.default_rng(index).integers(0, 256, (8, 8), np.uint8)


def base64_of(values: np.ndarray) -> str:
    return base64.b64encode(values.tobytes()).decode()


def png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def plane_routes(base: str) -> list:
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    columns = math.ceil(math.sqrt(NUM))

    async def cloud(request):
        run, step = request.path_params["run"], int(request.path_params["step"])
        if run == "gone":
            return JSONResponse({"message": "Traceback: no such run"}, status_code=404)
        body = {
            "step": step,
            "num": NUM,
            "points": base64_of(points(run, step)),
            "origin": ORIGIN,
            "axes": AXES,
            "limits": [-4.0, 4.0, -3.0, 3.0],
            "holes": {"cell": [0.5, 0.5], "cells": SPOTS, "spots": SPOTS, "share": 0.125},
            "across": ACROSS,
            "up": ACROSS,
        }
        return JSONResponse(body)

    async def manifold(_request):
        return Response(png(np.full((SIDE * 28, SIDE * 28), 99, np.uint8)), media_type="image/png")

    async def images(_request):
        about = {"num": NUM, "labels": base64_of(labels()), "held_out": True}
        return JSONResponse({**about, "columns": columns, "tile": [8, 8]})

    async def atlas(_request):
        tiles = np.zeros((columns * columns, 8, 8), np.uint8)
        for index in range(NUM):
            tiles[index] = image(index)
        sheet = tiles.reshape(columns, columns, 8, 8).swapaxes(1, 2).reshape(8 * columns, -1)
        return Response(png(sheet), media_type="image/png")

    below = f"{base}/studio/runs/{{run}}/plane"
    return [
        Route(f"{below}/images.json", images),
        Route(f"{below}/images.png", atlas),
        Route(f"{below}/{{step:int}}.json", cloud),
        Route(f"{below}/{{step:int}}.png", manifold),
    ]


def model(run: str, step: int) -> dict:
    place = f"studio/runs/{run}/plane/{step}"
    return {
        "run": run,
        "title": f"The {run} <i>model</i>",
        "step": step,
        "points_url": f"{place}.json?v=1",
        "manifold_url": f"{place}.png?v=1",
        "decode_url": "studio/decode",
    }


def show_plane() -> None:
    from pages._parts import components

    query = st.query_params
    step = st.session_state.get("plane-step", 100)
    runs = [query.get("run", "first"), *(["second"] if "pair" in query else [])]
    components.plane(
        key="plane",
        data={
            "models": [model(run, step) for run in runs],
            "images_url": "studio/runs/first/plane/images.json?v=1",
            "atlas_url": "studio/runs/first/plane/images.png?v=1",
            "image_shape": [28, 28, 1],
            "class_names": [] if "bare" in query else NAMES,
            "colors": COLORS,
            "invert": "invert" in query,
            "present": "present" in query,
        },
    )
    onward = {"plane-step": step + 100}
    st.button("Next snapshot", on_click=lambda: st.session_state.update(onward))
