"""How to use an exported generator: a few lines for a machine where this program is not."""

from __future__ import annotations

from gan_core.runs.store import RunView

FORMATS = ("onnx", "keras", "h5")

_LOAD = {
    "onnx": """\
# Needs: pip install onnxruntime numpy pillow
import numpy as np
import onnxruntime
from PIL import Image

generator = onnxruntime.InferenceSession({filename!r})
latents = np.random.default_rng(0).standard_normal((16, {latent_size})).astype("float32")
(images,) = generator.run(None, {{generator.get_inputs()[0].name: latents}})
""",
    "keras": """\
# Needs: pip install tensorflow numpy pillow
import keras
import numpy as np
from PIL import Image

generator = keras.saving.load_model({filename!r}, compile=False)
latents = np.random.default_rng(0).standard_normal((16, {latent_size})).astype("float32")
images = np.asarray(generator(latents, training=False))
""",
}
_SHOW = """\
# {num} images of {size} x {size} pixels, values from {low} to 1, as one PNG
pixels = np.clip({scaled}, 0, 255).round().astype("uint8")
rows = pixels.reshape(4, 4, {size}, {size}, {channels}).swapaxes(1, 2)
Image.fromarray(rows.reshape({side}, {side}{last})).save("images.png")
"""


def snippet(
    file_format: str,
    filename: str,
    *,
    latent_size: int,
    image_size: int,
    channels: int,
    pixel_range: str,
) -> str:
    """A Python program that makes sixteen images and writes them as `images.png`.

    Args:
        file_format: `onnx`, `keras` or `h5`.
        filename: what the exported file is called.
        latent_size, image_size, channels, pixel_range: of the generator.
    """
    load = _LOAD["onnx" if file_format == "onnx" else "keras"]
    around_zero = pixel_range == "-1,1"
    return load.format(filename=filename, latent_size=latent_size) + _SHOW.format(
        num=16,
        size=image_size,
        side=4 * image_size,
        low=-1 if around_zero else 0,
        scaled="images * 127.5 + 127.5" if around_zero else "images * 255",
        channels=channels,
        last="" if channels == 1 else f", {channels}",
    )


def snippet_of(run: RunView, file_format: str, filename: str) -> str:
    """The program for a run's exported generator.

    Raises:
        DamagedError: the run's configuration cannot be read.
    """
    config = run.sound_config()
    return snippet(
        file_format,
        filename,
        latent_size=config.settings.latent_size,
        image_size=config.dataset.image_size,
        channels=config.dataset.channels,
        pixel_range=config.settings.pixel_range,
    )
