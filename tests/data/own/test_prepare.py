"""From sources of every kind to a prepared set."""

import gzip
import json
import zipfile
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from gan_core.data import load, prepared
from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import MIN_FOR_HELD_OUT
from gan_core.errors import BadInputError, DamagedError, NotFoundError
from tests.data.own.conftest import encoded, picture, png, reasons, report, zipped


@pytest.fixture
def clothes(data_dir):
    file = data_dir / "own-images" / "clothing64.zip"
    if not file.is_file():
        pytest.fail("the clothing photos are not beside the data")
    return file


def test_a_folder(tmp_path, make):
    folder = tmp_path / "Pets"
    for number, name in enumerate(["cat/a.png", "cat/b.jpg", "dog/c.png"]):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(png(number))
    (folder / "readme.txt").write_text("words")
    (folder / ".DS_Store").write_text("x")
    own = make(folder)
    assert own.info.class_names == ("cat", "dog")
    assert (own.info.title, own.info.image_size, own.info.channels) == ("Pets", 64, 3)
    assert (own.info.num_train, own.info.num_test) == (3, 0)
    assert own.labels().tolist() == [0, 0, 1]
    assert report(own).kind == "folder"
    assert report(own).num_ignored == 1
    assert reasons(own) == {"readme.txt": "no_picture"}


def test_pictures_and_labels_stay_together(tmp_path, make):
    files = {}
    for number in range(30):
        shade = 20 + 200 * (number % 2)
        split = "test" if number % 5 == 0 else "train"
        name = f"around/{split}/{'light' if number % 2 else 'dark'}/{number}.png"
        files[name] = encoded(Image.new("RGB", (50, 40), (shade, shade, shade)))
    own = make(zipped(tmp_path / "a.zip", files), sizes=(28,))
    loaded = load(own.info, tmp_path, own.folder)
    assert own.info.channels == 1
    assert loaded.train_images.shape == (24, 28, 28, 1)
    assert loaded.test_images.shape == (6, 28, 28, 1)
    for images, labels in [
        (loaded.train_images, loaded.train_labels), (loaded.test_images, loaded.test_labels),
    ]:  # fmt: skip
        assert np.array_equal(images[:, 5, 5, 0] > 100, labels == 1)
    assert report(own).splits == {"train": 24, "test": 6}
    assert report(own).held_out == "folders"


def test_val_is_held_out_with_test(tmp_path, make):
    files = {f"{split}/{n}.png": png(n) for split in ("train", "val", "test") for n in range(4)}
    own = make(zipped(tmp_path / "a.zip", files))
    assert (own.info.num_train, own.info.num_test, own.info.num_classes) == (4, 8, 0)


def test_a_tenth_is_held_out_by_name(tmp_path, make):
    files = {f"{n:03}.png": png(n, size=(28, 28)) for n in range(2 * MIN_FOR_HELD_OUT)}
    own = make(zipped(tmp_path / "a.zip", files))
    assert own.info.image_size == 28  # their own size
    assert 5 <= own.info.num_test <= 40
    assert report(own).held_out == "share"
    held_out = {bytes(image.tobytes()) for image in own.images()[own.info.num_train :]}
    more = {**files, **{f"more{n}.png": png(1000 + n, size=(28, 28)) for n in range(20)}}
    again = make(zipped(tmp_path / "b.zip", more))
    assert held_out <= {bytes(image.tobytes()) for image in again.images()[again.info.num_train :]}


def test_the_same_pictures_are_one_set(tmp_path, make):
    file = zipped(tmp_path / "a.zip", {"1.png": png(1), "2.png": png(2)})
    first = make(file, title="first")
    file.rename(tmp_path / "b.zip")
    again = make(tmp_path / "b.zip", title="again")
    assert (again.info, again.info.title) == (first.info, "first")
    assert make(tmp_path / "b.zip", channels=1).id != first.id
    assert make(tmp_path / "b.zip", fit="pad").id != first.id
    assert len(list((tmp_path / "sets").iterdir())) == 3


def test_what_cannot_be_read_is_named(tmp_path, make):
    good = {f"{n}.png": png(n) for n in range(3)}
    files = {
        **good, "cut.png": png(9)[:200], "tiny.png": png(1, size=(4, 4)), "text.csv": b"1,2",
        "empty.jpg": b"", "no_suffix": png(5), "../up.png": png(6), "/root.png": png(6),
        "phone.heic": b"\0\0\0\x18ftypheic" + bytes(99), "lies.jpg": b"MZ" + bytes(99),
    }  # fmt: skip
    own = make(zipped(tmp_path / "a.zip", files))
    assert own.info.num_train == 4
    assert reasons(own) == {
        "cut.png": "damaged", "tiny.png": "too_small", "text.csv": "no_picture",
        "empty.jpg": "damaged", "../up.png": "unsafe_name", "/root.png": "unsafe_name",
        "phone.heic": "heic", "lies.jpg": "damaged",
    }  # fmt: skip
    assert report(own).num_left_out == 8


def test_equal_names_stay_apart(tmp_path, make):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number, name in enumerate(["same.png", "sam2.png", "sam3.png"]):
            archive.writestr(name, png(number)[: None if number else 90])
    content = (tmp_path / "a.zip").read_bytes()
    content = content.replace(b"sam2", b"same").replace(b"sam3", b"same")
    (tmp_path / "a.zip").write_bytes(content)
    own = make(tmp_path / "a.zip")
    assert own.info.num_train == 2
    assert reasons(own) == {"same.png": "damaged"}


def test_what_was_done_is_counted(tmp_path, make):
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [picture(1), picture(2)]
    files = {
        "turned.jpg": encoded(picture(3, size=(60, 20)), "JPEG", exif=exif),
        "moving.gif": encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]),
        "glass.png": encoded(Image.new("RGBA", (20, 20), (255, 0, 0, 9))),
        "deep.png": encoded(Image.fromarray(np.full((20, 20), 40_000, np.uint16))),
    }
    found = report(make(zipped(tmp_path / "a.zip", files)))
    assert (found.num_rotated, found.num_animated) == (1, 1)
    assert (found.num_transparent, found.num_deep) == (1, 1)
    assert found.sizes == ((16, 4),)


@pytest.mark.parametrize("shape", [(28, 28), (28, 28, 1), (28, 28, 3), (3, 28, 28), (784,)])
def test_an_npy_array(tmp_path, make, shape):
    values = np.random.default_rng(0).integers(0, 256, (12, *shape), np.uint8)
    np.save(tmp_path / "a.npy", values)
    own = make(tmp_path / "a.npy")
    expected = values.reshape(12, *shape)
    if shape == (3, 28, 28):
        expected = np.moveaxis(values, 1, -1)
    assert np.array_equal(own.images(), expected.reshape(12, 28, 28, -1))


@pytest.mark.parametrize(
    ("stored", "low", "high"),
    [(np.float32, 0, 1), (np.float64, -1, 1), (np.float32, 0, 255), (np.uint16, 0, 65535)],
)
def test_values_of_other_ranges(tmp_path, make, stored, low, high):
    ramp = np.linspace(low, high, 32 * 32).reshape(1, 32, 32)
    np.save(tmp_path / "a.npy", np.repeat(ramp, 4, axis=0).astype(stored))
    found = make(tmp_path / "a.npy").images()[0, :, :, 0].reshape(-1).astype(int)
    assert abs(found - np.linspace(0, 255, 32 * 32)).max() <= 1.5


def test_an_npz_with_splits_and_labels(tmp_path, make):
    rng = np.random.default_rng(0)
    arrays = {
        "x_train": rng.integers(0, 256, (20, 28, 28), np.uint8),
        "y_train": np.arange(20) % 3,
        "x_test": rng.integers(0, 256, (6, 28, 28), np.uint8),
        "y_test": np.arange(6).reshape(6, 1) % 3,
        "note": np.array("words"),
    }
    np.savez_compressed(tmp_path / "a.npz", **arrays)
    own = make(tmp_path / "a.npz")
    assert (own.info.num_train, own.info.num_test) == (20, 6)
    assert own.info.class_names == ("0", "1", "2")
    assert np.array_equal(
        own.images()[:, :, :, 0], np.concatenate([arrays["x_train"], arrays["x_test"]])
    )
    assert own.labels().tolist() == [*arrays["y_train"], *arrays["y_test"].reshape(-1)]


def test_idx_files_as_mnist_has_them(data_dir, tmp_path, make):
    own = make(data_dir / "mnist" / "t10k-images-idx3-ubyte.gz")
    assert own.info.num_train + own.info.num_test == 10_000
    assert own.info.class_names == tuple(str(digit) for digit in range(10))
    content = gzip.decompress((data_dir / "mnist" / "t10k-images-idx3-ubyte.gz").read_bytes())
    (tmp_path / "plain-idx3-ubyte").write_bytes(content)
    plain = make(tmp_path / "plain-idx3-ubyte")
    assert plain.info.num_classes == 0
    assert np.array_equal(np.sort(plain.images(), axis=None), np.sort(own.images(), axis=None))


def test_the_clothing_photos(clothes, make, tmp_path):
    own = make(clothes)
    assert (own.info.num_train, own.info.num_test) == (3068, 713)
    assert (own.info.image_size, own.info.channels, own.info.num_classes) == (64, 3, 10)
    assert reasons(own) == {"LICENSE": "no_picture"}
    assert isinstance(load(own.info, tmp_path, own.folder).train_images, np.memmap)


@pytest.mark.parametrize(
    ("files", "words"),
    [({}, "no picture"), ({"a.txt": b"x"}, "a.txt"), ({"a.png": b"x"}, "a.png")],
)
def test_nothing_to_train_on(tmp_path, make, files, words):
    with pytest.raises(BadInputError, match=words):
        make(zipped(tmp_path / "a.zip", files))
    assert not list((tmp_path / "sets").glob("*"))


def test_what_is_no_source_at_all(tmp_path, make):
    with pytest.raises(NotFoundError):
        make(tmp_path / "missing.zip")
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4")
    with pytest.raises(BadInputError, match="none of the files"):
        make(tmp_path / "a.pdf")
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(DamagedError, match="not a good zip"):
        make(tmp_path / "a.zip")


def test_a_set_that_was_altered_is_refused(tmp_path, make):
    own = make(zipped(tmp_path / "a.zip", {"1.png": png(1)}))
    assert load(own.info, tmp_path, own.folder).info == own.info
    with (own.folder / prepared.IMAGES).open("r+b") as file:
        file.seek(500)
        file.write(b"\x99\x98")
    with pytest.raises(DamagedError, match="checksum"):
        load(own.info, tmp_path, own.folder)
    with pytest.raises(DamagedError, match="not this run"):
        load(own.info.model_copy(update={"num_train": 2}), tmp_path, own.folder)
    with pytest.raises(NotFoundError, match="not here"):
        load(own.info, tmp_path, tmp_path / "nowhere")


def test_an_array_that_does_not_fit_its_card_is_refused(tmp_path, make):
    own = make(zipped(tmp_path / "a.zip", {"1.png": png(1)}))
    card = json.loads((own.folder / prepared.CARD).read_text())
    card["info"]["num_train"] = 10**12
    (own.folder / prepared.CARD).write_text(json.dumps(card))
    with pytest.raises(DamagedError):
        prepared.open_set(own.folder).images()
    np.save(own.folder / prepared.IMAGES, np.array([print]), allow_pickle=True)
    with pytest.raises(DamagedError):
        prepared.open_set(own.folder).images()


def test_limits_are_counted_as_bytes_come_out(tmp_path, make):
    file = zipped(tmp_path / "a.zip", {f"{n}.png": png(n) for n in range(9)})
    size = len(png(0))
    with pytest.raises(BadInputError, match="unpack to more"):
        make(file, replace(UPLOAD, total_bytes=4 * size))
    with pytest.raises(BadInputError, match="more than 8 files"):
        make(file, replace(UPLOAD, zip_entries=8))
    with pytest.raises(BadInputError, match="MB; allowed"):
        make(file, replace(UPLOAD, source_bytes=100))
    large = zipped(tmp_path / "b.zip", {"1.png": png(1), "2.png": png(2, size=(90, 90))})
    own = make(large, replace(UPLOAD, file_bytes=size + 2000))
    assert reasons(own) == {"2.png": "too_many_bytes"}
