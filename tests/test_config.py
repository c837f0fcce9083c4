"""The run's configuration: frozen, strict, JSON both ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gan_core.config import DatasetInfo, Kernels, Parent, RunConfig, Settings
from gan_core.errors import DamagedError

_rates = st.floats(0, 1, allow_nan=False)
_counts = st.integers(1, 4096)
_settings = st.builds(
    Settings,
    batch_size=_counts,
    latent_size=_counts,
    g_lr=_rates,
    d_lr=_rates,
    beta_1=_rates,
    log_every=_counts,
    snapshot_every=_counts,
    checkpoint_secs=_rates,
    dropout=st.none() | _rates,
    leaky_slope=st.none() | _rates,
    upsampling=st.sampled_from([None, "transpose", "nearest"]),
    pixel_range=st.sampled_from(["-1,1", "0,1"]),
)
configs = st.builds(
    RunConfig,
    recipe=st.text(max_size=20),
    dataset=st.builds(
        DatasetInfo,
        name=st.text(max_size=20),
        num_train=_counts,
        num_test=_counts,
        image_size=_counts,
        channels=st.sampled_from([1, 3]),
        num_classes=_counts,
    ),
    settings=_settings,
    seed=_counts,
    total_steps=_counts,
    steps_per_epoch=_counts,
    kernels=st.builds(
        Kernels,
        device=st.sampled_from(["cpu", "gpu"]),
        jit=st.booleans(),
        intra_op_threads=_counts,
        inter_op_threads=_counts,
    ),
    versions=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3),
    created=st.text(max_size=20),
    parent=st.none() | st.builds(Parent, run=st.text(max_size=8), step=_counts),
)


@given(configs)
def test_json_round_trip(config: RunConfig) -> None:
    text = json.dumps(config.to_json(), allow_nan=False)
    assert RunConfig.from_json(json.loads(text)) == config


@given(configs)
def test_assignment_is_refused(config: RunConfig) -> None:
    with pytest.raises(ValidationError):
        config.seed = 3  # type: ignore[misc]


@given(configs, st.data())
def test_a_missing_or_surplus_key_is_damage(config: RunConfig, data: st.DataObject) -> None:
    value = config.to_json()
    required = sorted(value.keys() - {"schema_version", "parent"})
    gone = data.draw(st.sampled_from(required))
    with pytest.raises(DamagedError, match=r"config\.json is damaged"):
        RunConfig.from_json({k: v for k, v in value.items() if k != gone})
    with pytest.raises(DamagedError, match="surplus"):
        RunConfig.from_json({**value, "surplus": 1})


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(_json)
def test_any_json_is_damage(value: Any) -> None:
    with pytest.raises(DamagedError):
        RunConfig.from_json(value)


@given(configs, st.integers(2, 10**6))
def test_a_newer_schema_says_so(config: RunConfig, version: int) -> None:
    with pytest.raises(DamagedError) as caught:
        RunConfig.from_json({**config.to_json(), "schema_version": version})
    assert f"schema version {version}; this program reads up to 1" in caught.value.message
    assert "newer version" in caught.value.hint


@given(configs)
def test_absent_settings_stay_absent(config: RunConfig) -> None:
    assert None not in config.settings.as_dict().values()
    assert config.dataset.image_shape == (
        config.dataset.image_size,
        config.dataset.image_size,
        config.dataset.channels,
    )
