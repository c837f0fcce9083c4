import gzip

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from gan_core.data import idx
from gan_core.errors import DamagedError

ARRAYS = npst.arrays(np.uint8, npst.array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))


def encoded(array: np.ndarray) -> bytes:
    header = bytes((0, 0, 8, array.ndim)) + b"".join(n.to_bytes(4, "big") for n in array.shape)
    return header + array.tobytes()


@given(ARRAYS)
def test_reads_what_was_written(array: np.ndarray) -> None:
    found = idx.read(gzip.compress(encoded(array)), array.shape, "a.gz")
    assert found.dtype == np.uint8
    np.testing.assert_array_equal(found, array)


@given(ARRAYS, st.data())
def test_every_shorter_file_is_refused(array: np.ndarray, choose: st.DataObject) -> None:
    whole = encoded(array)
    kept = choose.draw(st.integers(0, len(whole) - 1))
    with pytest.raises(DamagedError, match=r"a\.gz"):
        idx.decode(whole[:kept], "a.gz")


@given(st.binary(max_size=64))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        array = idx.decode(content, "a.gz")
    except DamagedError:
        return
    assert encoded(array) == content


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "begins with –"),
        (b"\x89PNG\r\n", "begins with 89 50 4e 47"),
        (b"\0\0\x0d\1\0\0\0\0", "no idx file of bytes"),
        (b"\0\0\x08\0", "no idx file of bytes"),
        (b"\0\0\x08\2\0\0\0\1", "ends inside its header"),
        (b"\0\0\x08\1\0\0\0\2\7", "announces 2 values and holds 1"),
        (b"\0\0\x08\1\0\0\0\1\7\7", "announces 1 values and holds 2"),
        (b"\0\0\x08\2\xff\xff\xff\xff\xff\xff\xff\xff", "announces 18446744065119617025 values"),
    ],
)
def test_says_what_is_wrong(content: bytes, said: str) -> None:
    with pytest.raises(DamagedError) as refused:
        idx.decode(content, "a.gz")
    assert said in refused.value.message


def test_another_shape_is_refused() -> None:
    packed = gzip.compress(encoded(np.zeros((2, 3), np.uint8)))
    with pytest.raises(DamagedError, match="holds an array of 2 × 3, where 3 × 2 belongs"):
        idx.read(packed, (3, 2), "a.gz")


def test_unpacking_stops_at_the_limit() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with pytest.raises(DamagedError, match="more than the 1000 bytes"):
        idx.gunzip(bomb, 1000, "a.gz")


@pytest.mark.parametrize(
    "packed",
    [b"", b"no gzip", gzip.compress(b"x" * 999)[:-9]],
    ids=["empty", "no gzip", "cut off"],
)
def test_what_cannot_be_unpacked_is_refused(packed: bytes) -> None:
    with pytest.raises(DamagedError, match=r"a\.gz"):
        idx.read(packed, (1,), "a.gz")
