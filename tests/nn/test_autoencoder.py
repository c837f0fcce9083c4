"""Autoencoders: their losses by hand, that they learn, and codes that readers compute alike."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gan_core.errors import BadInputError
from gan_core.inference.engine import SnapshotEngine
from gan_core.runs import sealed
from gan_core.runs.layout import RunPaths

Bytes = NDArray[np.uint8]


def test_reconstruction_is_the_cross_entropy_of_all_pixels(nn: SimpleNamespace) -> None:
    rng = np.random.default_rng(0)
    images, decoded = rng.random((2, 3, 4, 5, 1)).astype(np.float32)
    by_hand = -(images * np.log(decoded) + (1 - images) * np.log(1 - decoded))
    found = float(nn.autoencoder_step.reconstruction(images, decoded))
    assert found == pytest.approx(by_hand.sum(axis=(1, 2, 3)).mean(), rel=1e-5)


def test_reconstruction_survives_certainty(nn: SimpleNamespace) -> None:
    ones = np.ones((1, 2, 2, 1), np.float32)
    assert float(nn.autoencoder_step.reconstruction(ones, ones)) == pytest.approx(0, abs=1e-5)
    assert np.isfinite(float(nn.autoencoder_step.reconstruction(ones, 0 * ones)))


def test_divergence_by_drawing(nn: SimpleNamespace) -> None:
    """KL is the mean of log q - log p over draws of q."""
    mean, log_variance = np.array([0.7, -0.4]), np.array([-1.0, 0.5])
    draws = np.random.default_rng(0).normal(mean, np.exp(log_variance / 2), (400_000, 2))
    log_q = -0.5 * ((draws - mean) ** 2 / np.exp(log_variance) + log_variance)
    drawn = (log_q + 0.5 * draws**2).sum(axis=1).mean()
    found = nn.autoencoder_step.divergence(
        mean[None].astype(np.float32), log_variance[None].astype(np.float32)
    )
    assert float(found) == pytest.approx(drawn, abs=0.01)
    zeros = np.zeros((3, 2), np.float32)
    assert float(nn.autoencoder_step.divergence(zeros, zeros)) == 0


@pytest.mark.parametrize(("name", "num_metrics"), [("vae", 3), ("autoencoder", 2)])
def test_it_learns(
    nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes, name: str, num_metrics: int
) -> None:
    made = system(name, batch_size=50)
    state = nn.state.initial_state(made.recipe, made.config)
    steps = nn.step.make_steps(made.config, nn.step.plain_step(made.recipe, made.config, state))
    source = nn.source.Resident(digits, nn.batches.Batches(len(digits), 50, 0))
    metrics = steps(nn.tensorflow.constant(0, "int64"), source.batches(0, 60)).numpy()
    assert metrics.shape == (60, num_metrics)
    assert metrics[-5:, 0].mean() < 0.6 * metrics[:2, 0].mean()
    assert int(state.g_optimizer.iterations) == 60


def _first_metrics(
    nn: SimpleNamespace, made: Any, digits: Bytes, num_steps: int = 20
) -> NDArray[np.float32]:
    """Loss, reconstruction and KL of the first steps, `[num_steps, 3]`."""
    state = nn.state.initial_state(made.recipe, made.config)
    steps = nn.step.make_steps(made.config, nn.step.plain_step(made.recipe, made.config, state))
    size = made.config.settings.batch_size
    source = nn.source.Resident(digits, nn.batches.Batches(len(digits), size, 0))
    metrics = steps(nn.tensorflow.constant(0, "int64"), source.batches(0, num_steps))
    return np.asarray(metrics)


def test_beta_weighs_kl_and_metrics_stay_plain(
    nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes
) -> None:
    found = {b: _first_metrics(nn, system("vae", beta=b), digits) for b in (0.0, 1.0, 8.0)}
    for beta, (loss, rebuilt, kl) in ((b, values.T) for b, values in found.items()):
        np.testing.assert_allclose(loss, rebuilt + beta * kl, rtol=1e-6)
    # The first step is measured before anything moved; later the stronger pull keeps KL lower.
    np.testing.assert_array_equal(found[0.0][0, 1:], found[8.0][0, 1:])
    assert found[8.0][-1, 2] < found[1.0][-1, 2] < found[0.0][-1, 2]


def test_a_run_from_before_beta_was_a_setting_trains_as_it_did(
    nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes
) -> None:
    made = system("vae")
    older = made.config.settings.model_copy(update={"beta": None})
    before = type(made)(made.recipe, made.config.model_copy(update={"settings": older}))
    np.testing.assert_array_equal(
        _first_metrics(nn, made, digits), _first_metrics(nn, before, digits)
    )


def test_figures_of_codes_are_those_of_the_step(
    nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes
) -> None:
    """KL is what training computes; the bound is the loss on these images, but for the draws."""
    made = system("vae", beta=4.0)
    state = nn.state.initial_state(made.recipe, made.config)
    images = digits[::5]
    found = nn.latent_figures.latent_figures(made.recipe, made.config, state, images)
    codes = np.asarray(state.encoder(images / np.float32(255)))
    expected = float(nn.autoencoder_step.divergence(codes[:, :2], codes[:, 2:]))
    assert found.kl == pytest.approx(expected, rel=1e-4)
    assert len(found.kl_dims) == 2
    plain = type(made)(made.recipe, system("vae").config)
    step = nn.autoencoder_step.AutoencoderStep(plain.recipe, plain.config, state)
    loss = step.validation_loss(images, 1)
    assert found.evidence_bound == pytest.approx(-loss, rel=0.01)


def test_a_plain_autoencoder_has_its_reconstruction_and_a_gan_nothing(
    nn: SimpleNamespace, system: Callable[..., Any], digits: Bytes
) -> None:
    for name in ("autoencoder", "quick-dcgan"):
        made = system(name)
        state = nn.state.initial_state(made.recipe, made.config)
        found = nn.latent_figures.latent_figures(made.recipe, made.config, state, digits[:300])
        assert (found is None) == (name == "quick-dcgan")
        if found is not None:
            assert found.reconstruction > 0
            assert found.kl is None


@pytest.mark.parametrize("name", ["vae", "autoencoder"])
def test_readers_encode_as_keras_does(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths, digits: Bytes, name: str
) -> None:
    made = system(name)
    state = nn.state.initial_state(made.recipe, made.config)
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    engine = SnapshotEngine.open(paths, 0)
    assert engine.has_encoder
    codes = engine.encode(digits[:20])
    expected = np.asarray(state.encoder(digits[:20] / np.float32(255)))[:, :2]
    assert codes.shape == (20, 2)
    np.testing.assert_allclose(codes, expected, atol=1e-4)
    images, verdicts = engine.images_and_verdicts(codes)
    assert images.shape == (20, 28, 28, 1)
    assert verdicts is None
    files = set(sealed.read_manifest(paths.snapshot(0))["sha256"])
    assert {"encoder.onnx", "encoder.safetensors"} < files
    assert not any("discriminator" in file for file in files)
    with pytest.raises(BadInputError, match="this network takes"):
        engine.encode(np.zeros((1, 32, 32, 1), np.uint8))


def test_a_gan_has_no_encoder(
    nn: SimpleNamespace, system: Callable[..., Any], paths: RunPaths, digits: Bytes
) -> None:
    made = system()
    state = nn.state.initial_state(made.recipe, made.config)
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    engine = SnapshotEngine.open(paths, 0)
    assert not engine.has_encoder
    with pytest.raises(BadInputError, match="has no encoder"):
        engine.encode(digits[:1])


@pytest.mark.parametrize(
    ("loss", "low", "high"), [("least-squares", 0.0, 1.0), ("wasserstein-gp", None, None)]
)
def test_verdicts_of_other_losses(
    nn: SimpleNamespace,
    system: Callable[..., Any],
    paths: RunPaths,
    loss: str,
    low: float | None,
    high: float | None,
) -> None:
    """Least squares gives its answer as it is, cut to 0 … 1; a critic's score is no probability."""
    made = system(loss=loss, d_norm="none")
    state = nn.state.initial_state(made.recipe, made.config)
    nn.snapshot.write_snapshot(paths, made.recipe, made.config, state)
    _, verdicts = SnapshotEngine.open(paths, 0).images_and_verdicts(np.zeros((4, 64), np.float32))
    if low is None:
        assert verdicts is None
        return
    assert verdicts is not None
    assert verdicts.min() >= low
    assert high is not None
    assert verdicts.max() <= high
