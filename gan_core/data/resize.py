"""Images of another size or with other colours than a data set has them.

Pillow's fixed-point arithmetic gives the same bytes on every machine.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from gan_core.data.values import Dataset, Images
from gan_core.errors import BadInputError
from gan_core.text import N_

SIZES = (28, 32, 64, 128)
CHANNELS = (1, 3)


def check_shape(image_size: int, channels: int) -> None:
    """Refuse a shape that no recipe is made for.

    Raises:
        BadInputError: names the setting, what was given and what is allowed.
    """
    for field, given, allowed in (
        ("image_size", image_size, SIZES),
        ("channels", channels, CHANNELS),
    ):
        if given not in allowed:
            raise BadInputError(
                N_("got {given}; allowed are {allowed}."),
                field=field,
                given=given,
                allowed=", ".join(map(str, allowed)),
            )


def fit(images: Images, image_size: int, channels: int) -> Images:
    """Square images uint8 `[N, S, S, C]` as `[N, image_size, image_size, channels]`.

    Lanczos resampling: it keeps thin strokes sharp when enlarging and shows no stairs when
    reducing; its overshoot ends at 0 and 255. Grey is the luma of ITU-R BT.601; colour made
    from grey has three equal channels. Images that fit already are returned as they are.
    """
    num_images, size, _, had_channels = images.shape
    if size == image_size:
        if had_channels == channels:
            return images
        if channels == 3:
            return np.repeat(images, 3, axis=-1)
    fitted = np.empty((num_images, image_size, image_size, min(channels, had_channels)), np.uint8)
    for image, place in zip(images, fitted, strict=True):
        picture = Image.fromarray(image if had_channels > 1 else image[..., 0])
        if channels < had_channels:
            picture = picture.convert("L")
        if size != image_size:
            picture = picture.resize((image_size, image_size), Image.Resampling.LANCZOS)
        place[...] = np.asarray(picture).reshape(place.shape)
    return np.repeat(fitted, 3, axis=-1) if channels > had_channels else fitted


def fit_dataset(dataset: Dataset, image_size: int, channels: int) -> Dataset:
    """All images of a data set, as `fit` makes them; labels and attributes stay."""
    if dataset.info.image_shape == (image_size, image_size, channels):
        return dataset
    return Dataset(
        info=dataset.info.model_copy(update={"image_size": image_size, "channels": channels}),
        train_images=fit(dataset.train_images, image_size, channels),
        train_labels=dataset.train_labels,
        test_images=fit(dataset.test_images, image_size, channels),
        test_labels=dataset.test_labels,
        train_attributes=dataset.train_attributes,
        test_attributes=dataset.test_attributes,
    )
