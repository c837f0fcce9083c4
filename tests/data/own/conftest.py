"""Pictures made by hand, and a way to prepare them in this very process."""

import io
import zipfile

import numpy as np
import pytest
from PIL import Image

from gan_core.data import prepared
from gan_core.data.own.limits import UPLOAD
from gan_core.data.own.prepare import Options, prepare
from gan_core.data.own.report import Report


def encoded(image, file_format="PNG", **how):
    file = io.BytesIO()
    image.save(file, file_format, **how)
    return file.getvalue()


def picture(number=0, size=(40, 30), mode="RGB"):
    """A picture that differs from all others of another number."""
    rng = np.random.default_rng(number)
    return Image.fromarray(rng.integers(0, 256, (size[1], size[0], 3), np.uint8)).convert(mode)


def png(number=0, **how):
    return encoded(picture(number, **how))


def zipped(path, files):
    """A zip of `{name: content}`."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def make(tmp_path):
    """Prepare a source; returns the opened set."""

    def make(source, limits=UPLOAD, **options):
        set_id = prepare(
            source, tmp_path / "sets", Options(**options), limits, lambda done, num_all: None
        )
        return prepared.open_set(tmp_path / "sets" / set_id)

    return make


def report(own):
    return Report.model_validate(own.report())


def reasons(own):
    return {skipped.name: skipped.reason for skipped in report(own).skipped}
