"""Images that come from a file are those that come from memory."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray


def test_streamed_images_equal_resident_ones(
    nn: SimpleNamespace, tmp_path: Path, digits: NDArray[np.uint8]
) -> None:
    path = tmp_path / "images.npy"
    np.save(path, digits[:300])
    mapped = np.load(path, mmap_mode="r")
    streamed = nn.source.Streamed(
        path, mapped.offset, mapped.shape[1:], nn.batches.Batches(300, 32, 1)
    )
    resident = nn.source.Resident(digits[:300], nn.batches.Batches(300, 32, 1))
    with streamed:
        for first, num_steps in ((0, 1), (1, 3), (4, 3), (7, 1), (8, 9), (3, 1), (4, 1), (100, 2)):
            found = streamed.batches(first, num_steps)
            np.testing.assert_array_equal(found, resident.batches(first, num_steps))


def test_a_file_that_was_cut_short_is_told(nn: SimpleNamespace, tmp_path: Path) -> None:
    path = tmp_path / "images.raw"
    path.write_bytes(bytes(100))
    batches = nn.batches.Batches(10, 10, 1)
    with (
        nn.source.Streamed(path, 0, (4, 4, 1), batches) as streamed,
        pytest.raises(EOFError, match="ends before image"),
    ):
        streamed.batches(0, 1)


def test_large_mapped_files_are_streamed(
    nn: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "images.npy"
    np.save(path, np.zeros((8, 4, 4, 1), np.uint8))
    mapped = np.load(path, mmap_mode="r")
    batches = nn.batches.Batches(8, 4, 1)
    small = nn.source.open_source(mapped, batches)
    assert isinstance(small, nn.source.Resident)
    monkeypatch.setattr(nn.source, "LARGEST_RESIDENT_BYTES", 64)
    large = nn.source.open_source(mapped, batches)
    assert isinstance(large, nn.source.Streamed)
    large.close()
