"""What is asked for becomes a complete run, or is refused in words."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gan_core.config import DatasetInfo, Kernels, RunConfig
from gan_core.errors import BadInputError
from gan_core.recipes import registry
from gan_core.recipes.resolve import MAX_SEED, MAX_STEPS, resolve
from gan_core.recipes.settings import SPECS, allowed, parse

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


def _info(**changes: Any) -> DatasetInfo:
    known = {
        "name": "digits",
        "num_train": 5000,
        "num_test": 0,
        "image_size": 28,
        "channels": 1,
        "num_classes": 10,
    }
    return DatasetInfo(**{**known, **changes})


def _kernels(device: str = "cpu") -> Kernels:
    return Kernels(device=device, jit=False, intra_op_threads=2, inter_op_threads=2)


def _resolve(
    recipe: str = "quick-dcgan",
    info: DatasetInfo | None = None,
    device: str = "cpu",
    length: dict[str, Any] | None = None,
    **overrides: Any,
) -> RunConfig:
    return resolve(
        registry.get(recipe),
        info or _info(),
        overrides,
        kernels=_kernels(device),
        versions={"numpy": "2"},
        now=NOW,
        **(length or {}),
    )


def _line(*args: Any, **kwargs: Any) -> str:
    with pytest.raises(BadInputError) as caught:
        _resolve(*args, **kwargs)
    assert caught.value.exit_code == 2
    return caught.value.one_line()


def _answer(**kwargs: Any) -> RunConfig | BadInputError:
    try:
        return _resolve(**kwargs)
    except BadInputError as error:
        return error


def test_a_whole_run() -> None:
    config = _resolve(length={"steps": 300, "seed": 7}, batch_size=32, dropout=0.3)
    assert config.recipe == "quick-dcgan"
    assert (config.settings.batch_size, config.settings.dropout) == (32, 0.3)
    assert (config.total_steps, config.steps_per_epoch, config.seed) == (300, 156, 7)
    assert config.created == "2026-03-04T05:06:07+00:00"
    assert RunConfig.from_json(config.to_json()) == config


def test_lengths() -> None:
    assert _resolve().total_steps == 6000
    assert _resolve("mnist-dcgan", _info(num_train=60_000)).total_steps == 23_400
    assert _resolve(length={"epochs": 2}).total_steps == 2 * (5000 // 64)
    assert _resolve(length={"epochs": 0.5}).total_steps == 39


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"batch_size": 0}, "batch_size: got 0; allowed is a whole number, 2 … 4096."),
        ({"batch_size": 1}, "batch_size: got 1; allowed is a whole number, 2 … 4096."),
        ({"batch_size": 64.0}, "batch_size: got 64.0; allowed is a whole number, 2 … 4096."),
        ({"batch_size": "64x"}, "batch_size: got 64x; allowed is a whole number, 2 … 4096."),
        ({"batch_size": True}, "batch_size: got True; allowed is a whole number, 2 … 4096."),
        ({"g_lr": -1e-3}, "g_lr: got -0.001; allowed is a number, 1e-07 … 1."),
        ({"d_lr": -5}, "d_lr: got -5; allowed is a number, 1e-07 … 1."),
        ({"d_lr": math.nan}, "d_lr: got nan; allowed is a number, 1e-07 … 1."),
        ({"g_lr": math.inf}, "g_lr: got inf; allowed is a number, 1e-07 … 1."),
        ({"g_lr": None}, "g_lr: got None; allowed is a number, 1e-07 … 1."),
        ({"latent_size": 0}, "latent_size: got 0; allowed is a whole number, 1 … 5000."),
        ({"latent_size": 10**6}, "latent_size: got 1000000; allowed is a whole number, 1 … 5000."),
        ({"upsampling": "cubic"}, "upsampling: got cubic; allowed is one of: transpose, nearest."),
        ({"upsampling": 2}, "upsampling: got 2; allowed is one of: transpose, nearest."),
        ({"precision": "float16"}, "precision: got float16; allowed is one of: float32."),
        (
            {"precision": "mixed_bfloat16"},
            (
                "precision: got mixed_bfloat16, which needs a GPU, and none was found; "
                "allowed here: float32."
            ),
        ),
    ],
)
def test_bad_settings(overrides: dict[str, Any], said: str) -> None:
    assert _line(**overrides) == said


def test_an_unknown_setting() -> None:
    line = _line(latent_dim=3)
    assert line.startswith("latent_dim: quick-dcgan has no setting 'latent_dim'; it has ")
    assert "batch_size" in line
    assert line.endswith("Did you mean latent_size?")
    assert not _line(zzzz=3).endswith("?")


def test_a_batch_larger_than_the_data() -> None:
    assert _line(info=_info(num_train=100), batch_size=50, d_steps=3) == (
        "batch_size: got 50, but digits has only 100 images; allowed is at most 33."
    )
    assert _line(info=_info(num_train=100), batch_size=128) == (
        "batch_size: got 128, but digits has only 100 images; allowed is at most 100."
    )
    assert _resolve(info=_info(num_train=128), batch_size=128).steps_per_epoch == 1


def test_images_of_a_size_that_does_not_fit() -> None:
    assert _line(info=_info(image_size=30)) == (
        "dataset: quick-dcgan makes images of 28, 32, 64, 128 pixels; digits has 30."
    )


@pytest.mark.parametrize(
    ("length", "said"),
    [
        ({"steps": 0}, "steps: got 0; allowed is a number above 0."),
        ({"steps": -3}, "steps: got -3; allowed is a number above 0."),
        ({"epochs": math.nan}, "epochs: got nan; allowed is a number above 0."),
        ({"epochs": math.inf}, "epochs: got inf; allowed is a number above 0."),
        ({"steps": 1, "epochs": 1}, "epochs: give either epochs or steps, not both."),
        (
            {"epochs": 0.001},
            "epochs: got 0.001, which is 0 steps; allowed are 1 … 100000000 steps.",
        ),
        (
            {"steps": MAX_STEPS + 1},
            "steps: got 100000001, which is 100000001 steps; allowed are 1 … 100000000 steps.",
        ),
        ({"seed": -1}, "seed: got -1; allowed is a whole number, 0 … 2147483647."),
        (
            {"seed": MAX_SEED + 1},
            "seed: got 2147483648; allowed is a whole number, 0 … 2147483647.",
        ),
    ],
)
def test_bad_lengths_and_seeds(length: dict[str, Any], said: str) -> None:
    assert _line(length=length) == said


@given(st.integers() | st.floats() | st.just(10**400), st.sampled_from(["steps", "epochs"]))
def test_any_length_is_resolved_or_refused(length: float, unit: str) -> None:
    answer = _answer(length={unit: length})
    if isinstance(answer, BadInputError):
        assert answer.field == unit
    else:
        assert 1 <= answer.total_steps <= MAX_STEPS


_values = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)


@given(st.sampled_from(sorted(registry.get("quick-dcgan").defaults)), _values)
def test_any_setting_is_resolved_or_refused(name: str, value: Any) -> None:
    answer = _answer(**{name: value})
    if isinstance(answer, BadInputError):
        assert answer.field == name
        assert "got" in answer.message
    else:
        assert answer.settings.as_dict()[name] == value
        assert RunConfig.from_json(answer.to_json()) == answer


def test_bfloat16_is_offered_on_a_gpu() -> None:
    config = _resolve(device="gpu", precision="mixed_bfloat16")
    assert config.settings.precision == "mixed_bfloat16"
    assert allowed(SPECS["precision"], gpu=True) == "float32, mixed_bfloat16"


def test_the_pixel_range_follows_the_output() -> None:
    assert _resolve(output_activation="sigmoid").settings.pixel_range == "0,1"
    assert _resolve("mnist-dcgan", output_activation="tanh").settings.pixel_range == "-1,1"
    both = _resolve(output_activation="sigmoid", pixel_range="-1,1").settings
    assert both.pixel_range == "-1,1"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("batch_size", "64", 64),
        ("batch_size", "6e1", "6e1"),
        ("g_lr", "1e-3", 1e-3),
        ("g_lr", "fast", "fast"),
        ("upsampling", "nearest", "nearest"),
    ],
)
def test_values_from_the_command_line(name: str, text: str, value: object) -> None:
    assert parse(SPECS[name], text) == value


@given(st.sampled_from(sorted(SPECS)), st.text(max_size=12))
def test_any_text_is_parsed(name: str, text: str) -> None:
    value = parse(SPECS[name], text)
    assert isinstance(value, (str, int, float))
