import gzip
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from gan_core import data
from gan_core.data import digits
from gan_core.errors import DamagedError


@pytest.fixture(scope="module")
def loaded() -> data.Dataset:
    return data.load(data.describe("digits").info, Path("nowhere"))


def test_holds_500_of_each_digit(loaded: data.Dataset) -> None:
    assert loaded.train_images.shape == (5000, 28, 28, 1)
    assert loaded.train_images.dtype == np.uint8
    assert loaded.train_labels is not None
    assert loaded.train_labels.dtype == np.int64
    assert np.bincount(loaded.train_labels).tolist() == [500] * 10


def test_holds_nothing_out(loaded: data.Dataset) -> None:
    assert loaded.test_images.shape == (0, 28, 28, 1)
    assert loaded.test_labels is not None
    assert loaded.test_labels.shape == (0,)


def test_every_image_is_a_training_image_of_mnist(loaded: data.Dataset, data_dir: Path) -> None:
    mnist = data.load(data.describe("mnist").info, data_dir)
    assert mnist.train_labels is not None
    assert loaded.train_labels is not None
    real = {
        image.tobytes(): int(label)
        for image, label in zip(mnist.train_images, mnist.train_labels, strict=True)
    }
    found = [real.get(image.tobytes()) for image in loaded.train_images]
    assert found == loaded.train_labels.tolist()
    assert len({image.tobytes() for image in loaded.train_images}) == 5000


def test_needs_no_data_folder(tmp_path: Path) -> None:
    missing = tmp_path / "missing"
    assert data.describe("digits").ready(missing)
    assert data.prepare("digits", missing) == data.describe("digits").info
    assert not missing.exists()


def test_the_package_that_carries_it_is_not_imported(repo: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from gan_core import data\n"
        "data.load(data.describe('digits').info, Path('.'))\n"
        "print([name for name in ('mlxtend', 'sklearn', 'pandas', 'requests', 'tensorflow')"
        " if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=repo, capture_output=True, text=True, check=True
    )
    assert said.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "content",
    [b"", b"no gzip", gzip.compress(b"1,2\n"), gzip.compress(b"x" * 90)],
    ids=["empty", "no gzip", "too few numbers", "no numbers"],
)
def test_a_damaged_table_is_named(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tmp_path / "mlxtend" / "data" / "data" / "mnist_5k.csv.gz"
    table.parent.mkdir(parents=True)
    (tmp_path / "mlxtend" / "__init__.py").touch()
    table.write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DamagedError) as refused:
        digits.load(tmp_path)
    assert str(table) in refused.value.message
    assert refused.value.hint
