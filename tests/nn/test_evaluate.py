"""What a full evaluation keeps of an earlier one, and that InceptionV3 is never fetched."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gan_core.evaluation import Figure
from gan_core.nn import full_evaluation, inception
from tests import evaluations_by_hand as by_hand


def test_what_was_not_asked_for_now_is_kept() -> None:
    kid = Figure(value=0.2, low=0.1, high=0.3)
    old = by_hand.one(50, 9.0, depth="full").model_copy(update={"kid": kid})
    new = by_hand.one(50, 4.0, depth="full")
    assert full_evaluation.completed(new, [old]) == new.model_copy(update={"kid": kid})
    for change in ({"step": 40}, {"num_images": 2000}, {"real": "held-out"}):
        assert full_evaluation.completed(new, [old.model_copy(update=change)]) == new


def test_inception_is_used_where_its_very_file_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert not inception.is_here()
    inception.weights().parent.mkdir()
    inception.weights().write_bytes(b"some other file")
    assert not inception.is_here()
    assert sorted(tmp_path.rglob("*.h5")) == [inception.weights()]


def test_images_as_inception_takes_them() -> None:
    images = np.zeros((2, 8, 8, 1), np.uint8)
    images[1] = 255
    found = inception.enlarged(images)
    assert found.shape == (2, 299, 299, 3)
    np.testing.assert_allclose(found[0], -1)
    np.testing.assert_allclose(found[1], 1)
