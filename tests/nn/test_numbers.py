"""Losses against NumPy, pixels, random streams and the order of the data."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np
from numpy.typing import NDArray

from gan_core.latent.pixels import to_bytes

_quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
_logits = st_np.arrays(
    np.float32,
    st_np.array_shapes(max_dims=2, max_side=9),
    elements=st.floats(-80, 80, width=32, allow_subnormal=False),
)


def reference_cross_entropy(logits: NDArray[np.floating], target: float) -> float:
    """`-t log σ(x) - (1 - t) log(1 - σ(x))`, averaged, in double precision."""
    x = logits.astype(np.float64)
    return float(np.mean(target * np.logaddexp(0, -x) + (1 - target) * np.logaddexp(0, x)))


@given(logits=_logits, target=st.floats(0, 1))
@_quick
def test_cross_entropy(nn: SimpleNamespace, logits: NDArray[np.float32], target: float) -> None:
    found = float(nn.losses.cross_entropy(nn.tensorflow.constant(logits), target))
    assert found == pytest.approx(reference_cross_entropy(logits, target), rel=2e-5, abs=1e-6)


def test_cross_entropy_at_its_ends(nn: SimpleNamespace) -> None:
    tf = nn.tensorflow
    assert float(nn.losses.cross_entropy(tf.zeros((4, 1)), 1.0)) == pytest.approx(np.log(2))
    assert float(nn.losses.cross_entropy(tf.constant([1e4, -1e4]), 1.0)) == pytest.approx(5e3)


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_smoothed_labels_pull_towards_the_target(nn: SimpleNamespace, smoothing: float) -> None:
    """The gradient is `σ(x) - target`: zero where D answers exactly the target."""
    tf, target = nn.tensorflow, 1.0 - smoothing
    logits = tf.Variable(np.linspace(-4, 4, 9, dtype=np.float32))
    with tf.GradientTape() as tape:
        loss = nn.losses.cross_entropy(logits, target) * 9
    expected = 1 / (1 + np.exp(-logits.numpy())) - target
    np.testing.assert_allclose(tape.gradient(loss, logits).numpy(), expected, atol=1e-6)


@given(logits=_logits)
@_quick
def test_accuracy(nn: SimpleNamespace, logits: NDArray[np.float32]) -> None:
    for real, right in ((True, logits > 0), (False, logits < 0)):
        found = float(
            nn.losses.accuracies(*[nn.tensorflow.constant(logits)] * 2, None)[0 if real else 1]
        )
        assert found == pytest.approx(right.mean(), abs=1e-6)


@pytest.mark.parametrize("pixel_range", ["-1,1", "0,1"])
def test_every_byte_survives_scaling(nn: SimpleNamespace, pixel_range: str) -> None:
    all_bytes = np.arange(256, dtype=np.uint8)
    scaled = nn.pixels.scale(nn.tensorflow.constant(all_bytes), pixel_range).numpy()
    low, high = (float(end) for end in pixel_range.split(","))
    assert (scaled[0], scaled[-1], scaled.dtype) == (low, high, np.float32)
    np.testing.assert_array_equal(to_bytes(scaled, pixel_range), all_bytes)


def test_pixels_out_of_range_are_clipped(nn: SimpleNamespace) -> None:
    values = np.array([-9.0, 9.0], np.float32)
    assert list(to_bytes(values, "-1,1")) == [0, 255]
    assert list(to_bytes(values, "0,1")) == [0, 255]


def test_streams_never_change(nn: SimpleNamespace) -> None:
    """Runs of earlier versions resume exactly only as long as these numbers stand."""
    tf = nn.tensorflow
    assert nn.seeds.key(1, "latents") == 2044519401
    drawn = nn.seeds.normal((3,), 2044519401, tf.constant(7)).numpy()
    np.testing.assert_allclose(drawn, [0.7796353, -1.2086407, -0.0804882], atol=1e-6)
    assert list(nn.seeds.generator(1, "shuffle", 2).integers(0, 100, 4)) == [77, 99, 12, 88]


@pytest.mark.parametrize("jit", [False, True])
def test_a_compiled_stream_repeats_itself(nn: SimpleNamespace, jit: bool) -> None:
    """Plain and graph execution draw the same numbers; XLA draws others, always the same."""
    tf = nn.tensorflow
    step = tf.constant(12345, tf.int64)

    def draw(number: Any) -> Any:
        return nn.seeds.normal((64, 5), 42, number)

    rows = [tf.function(draw, jit_compile=jit)(step).numpy() for _ in range(2)]
    assert rows[0].tobytes() == rows[1].tobytes()
    assert abs(rows[0].mean()) < 0.2
    assert 0.85 < rows[0].std() < 1.15
    assert jit or rows[0].tobytes() == draw(step).numpy().tobytes()


@given(seed=st.integers(0, 2**31 - 1), step=st.integers(0, 10**9))
@_quick
def test_streams_differ(nn: SimpleNamespace, seed: int, step: int) -> None:
    tf = nn.tensorflow
    keys = [nn.seeds.key(seed, stream) for stream in ("a", "b", "latents")]
    assert all(0 <= key < 2**31 for key in keys)
    rows = [nn.seeds.normal((4,), key, tf.constant(step + i)) for key in keys for i in (0, 1)]
    assert len({row.numpy().tobytes() for row in rows}) == 6


_draws = st.tuples(st.integers(2, 90), st.integers(1, 20), st.integers(0, 2**31 - 1)).filter(
    lambda found: found[1] <= found[0]
)


@given(
    draw=_draws,
    order=st.lists(st.integers(0, 60), max_size=12),
    kind=st.sampled_from(["shuffled", "in_order", "with_replacement"]),
)
@_quick
def test_a_batch_depends_on_seed_and_step_alone(
    nn: SimpleNamespace, draw: tuple[int, int, int], order: list[int], kind: str
) -> None:
    wandering = nn.batches.Batches(*draw, draw=kind)
    for step in order:
        fresh = nn.batches.Batches(*draw, draw=kind).indices(step)
        np.testing.assert_array_equal(wandering.indices(step), fresh)
        assert fresh.dtype == np.int32
        assert fresh.shape == (draw[1],)
        assert 0 <= fresh.min() <= fresh.max() < draw[0]


@given(draw=_draws, epoch=st.integers(0, 5))
@_quick
def test_an_epoch_shows_each_image_at_most_once(
    nn: SimpleNamespace, draw: tuple[int, int, int], epoch: int
) -> None:
    num_images, batch_size, _ = draw
    batches = nn.batches.Batches(*draw)
    per_epoch = num_images // batch_size
    seen = np.concatenate([batches.indices(epoch * per_epoch + i) for i in range(per_epoch)])
    assert len(set(seen.tolist())) == per_epoch * batch_size


def test_epochs_are_shuffled_anew(nn: SimpleNamespace) -> None:
    batches = nn.batches.Batches(50, 50, 1)
    other_seed = nn.batches.Batches(50, 50, 2)
    orders = [batches.indices(0), batches.indices(1), other_seed.indices(0), np.arange(50)]
    assert len({order.tobytes() for order in map(np.int32, orders)}) == 4


def test_drawing_with_replacement_reaches_every_image(nn: SimpleNamespace) -> None:
    batches = nn.batches.Batches(20, 10, 1, draw="with_replacement")
    drawn = np.concatenate([batches.indices(step) for step in range(200)])
    counts = np.bincount(drawn, minlength=20)
    assert 60 < counts.min() <= counts.max() < 140
