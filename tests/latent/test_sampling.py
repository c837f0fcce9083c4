"""Seeds mean what the contract says."""

from __future__ import annotations

import numpy as np
import pytest

from gan_core.errors import BadInputError
from gan_core.latent.sampling import sample_latents, zero_latent


def test_seed_means_default_rng_to_the_letter() -> None:
    expected = np.random.default_rng(7).standard_normal((5, 64)).astype(np.float32)
    drawn = sample_latents(7, 5, 64)
    assert drawn.dtype == np.float32
    assert drawn.tobytes() == expected.tobytes()


def test_first_rows_do_not_depend_on_the_count() -> None:
    assert np.array_equal(sample_latents(3, 2, 10), sample_latents(3, 9, 10)[:2])


def test_zero_latent() -> None:
    assert zero_latent(64).shape == (1, 64)
    assert not zero_latent(64).any()


@pytest.mark.parametrize(
    ("field", "seed", "count", "latent_size"),
    [
        ("seed", -1, 1, 1),
        ("count", 0, 0, 1),
        ("count", 0, 10_001, 1),
        ("latent_size", 0, 1, 0),
        ("latent_size", 0, 1, 1_000_000),
    ],
)
def test_out_of_bounds_names_the_field(field: str, seed: int, count: int, latent_size: int) -> None:
    with pytest.raises(BadInputError) as caught:
        sample_latents(seed, count, latent_size)
    assert caught.value.field == field
    assert str(caught.value.values["given"]) in caught.value.one_line()
