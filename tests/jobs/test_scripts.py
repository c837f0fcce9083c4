"""Programs that train a recipe elsewhere: written, linted, and run on real images."""

import ast
import json
import subprocess
import sys

import numpy as np
import pytest

from gan_core import data
from gan_core.config import DatasetInfo
from gan_core.data.stacked_mnist import SEEDS
from gan_core.jobs.script import program
from gan_core.recipes import registry
from gan_core.recipes.resolve import resolve
from gan_core.runs.status import utc_now
from tests.runs_by_hand import KERNELS

EVERYTHING = {
    "weight_decay": 1e-3,
    "grad_clip": 1.0,
    "instance_noise": 0.1,
    "orthogonal": 1e-4,
    "mode_seeking": 1.0,
    "minibatch_std": "on",
    "latent_distribution": "uniform",
    "ema": 0.99,
    "dropout": 0.2,
    "g_norm": "batch",
    "d_norm": "batch",
}
CRITIC = {
    "loss": "wasserstein-gp",
    "d_norm": "none",
    "minibatch_std": "off",
    "label_smoothing": 0.0,
}
NATIVE = {
    "cifar-dcgan": ("cifar10:automobile", 32, 3),
    "quickdraw-dcgan": ("quickdraw:cat,fish", 28, 1),
    "stacked-dcgan": ("stacked-mnist", 28, 3),
}
GANS = [name for name in registry.names() if registry.get(name).family == "gan"]


def config_of(recipe, dataset=None, size=28, channels=1, **settings):
    if dataset is None:
        dataset, size, channels = NATIVE.get(recipe, ("mnist", 28, 1))
    info = DatasetInfo(
        name=dataset,
        num_train=5000,
        num_test=1000,
        image_size=size,
        channels=channels,
        num_classes=0,
    )
    return resolve(
        registry.get(recipe),
        info,
        {"batch_size": 16, **settings},
        kernels=KERNELS,
        versions={},
        now=utc_now(),
        steps=3,
    )


def mixtures():
    """Every recipe as it is, and each corner of the toolbox somewhere."""
    yield from ((recipe, config_of(recipe)) for recipe in registry.names())
    batches, schedules = ("separate", "joint", "two_updates"), ("exponential", "cosine", "cyclical")
    for recipe in GANS:
        for d_batches, schedule in zip(batches, schedules, strict=True):
            for d_steps, optimizer in ((1, "sgd"), (3, "rmsprop")):
                is_critic = d_steps > 1 and d_batches != "two_updates"
                chosen = {
                    "d_batches": d_batches,
                    "d_steps": d_steps,
                    "lr_schedule": schedule,
                    "optimizer": optimizer,
                    **EVERYTHING,
                    **(CRITIC if is_critic else {}),
                }
                yield f"{recipe}-{d_batches}-{d_steps}", config_of(recipe, **chosen)
        for lesson in ("d_only", "g_only"):
            yield f"{recipe}-{lesson}", config_of(recipe, lesson=lesson)
    for loss in ("minimax", "least-squares", "hinge", "kl"):
        yield f"mlp-gan-{loss}", config_of("mlp-gan", loss=loss, lesson="both")
        yield f"quick-dcgan-{loss}", config_of("quick-dcgan", loss=loss, lesson="g_only")
    for name in (
        *("own:0123456789abcdef", "shapes", "cifar10", "fashion-mnist", "digits"),
        "stacked-mnist",
    ):
        yield f"quick-dcgan-{name}", config_of("quick-dcgan", name, 64, 3)
        yield f"vae-{name}", config_of("vae", name, weight_decay=0.01, lr_schedule="cosine")
    yield "vae-beta", config_of("vae", beta=4.0)


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """All programs as files, by their name."""
    folder = tmp_path_factory.mktemp("programs")
    written = {}
    for name, made in mixtures():
        file = folder / f"{name.replace('-', '_').replace(':', '_')}.py"
        file.write_text(program(made), encoding="utf-8")
        written[name] = (made, file)
    return written


def test_a_program_says_what_the_recipe_says(programs):
    for made, file in programs.values():
        text = file.read_text(encoding="utf-8")
        names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
        functions = [
            node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
        ]
        assert len(functions) == len(set(functions))
        assert set(functions) <= names | {"main"}, file.name  # nothing that is not used
        assert f"LATENT_SIZE = {made.settings.latent_size}" in text
        for network in registry.get(made.recipe).networks(made.settings, made.dataset.image_shape):
            assert f"{network.num_parameters:,} parameters" in text
        assert "import gan_core" not in text


def test_programs_are_clean(programs, repo):
    """Linted and formatted as this project is, whatever the settings."""
    folder = next(iter(programs.values()))[1].parent
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(repo / "pyproject.toml"), "--no-cache"]
    check = [*ruff, "check", *config, "--ignore", "S,INP", str(folder)]
    checked = subprocess.run(check, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    form = [*ruff, "format", "--diff", *config, str(folder)]
    formatted = subprocess.run(form, capture_output=True, text=True, check=False)
    assert formatted.returncode == 0, formatted.stdout


@pytest.mark.parametrize(
    ("settings", "absent"),
    [
        (
            {"ema": 0.0},
            ("noise", "overlap", "sameness", "average", "rate_factor", "WEIGHT_DECAY", "GP_"),
        ),
        ({"ema": 0.0, "instance_noise": 0.1}, ("overlap", "sameness", "average", "rate_factor")),
        ({"ema": 0.99}, ("overlap", "with_noise", "rate_factor")),
    ],
)
def test_only_what_a_run_uses_is_in_its_program(settings, absent):
    text = program(config_of("quick-dcgan", **settings))
    assert not [word for word in absent if word in text.split("import argparse")[1]]


def test_a_program_stacks_the_very_digits_of_the_data_set(data_dir):
    text = program(config_of("quick-dcgan", "stacked-mnist", 28, 3))
    tree = ast.parse(text)
    wanted = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "stacked"]
    scope = {"np": np}
    exec(compile(ast.Module(wanted, []), "program", "exec"), scope)  # noqa: S102 - our own text
    grey = data.load(data.describe("mnist").info, data_dir).test_images[..., 0]
    ours = data.load(data.describe("stacked-mnist").info, data_dir).test_images
    assert f"TEST_SEED = {SEEDS['test']}" in text
    np.testing.assert_array_equal(scope["stacked"](grey, SEEDS["test"]), ours)


_RUN_THEM = """
import json, runpy, sys

for file, arguments in json.loads(sys.stdin.read()):
    sys.argv = [file, *arguments]
    runpy.run_path(file, run_name="__main__")
"""

RUNS = (
    *registry.names(),
    "mlp-gan-two_updates-1",
    "mlp-gan-joint-3",
    "mlp-gan-separate-3",
    "dense-conv-gan-two_updates-3",
    "mlp-gan-d_only",
    "mlp-gan-kl",
    "vae-digits",
    "vae-beta",
)
METRICS = ("loss", "reconstruction", "kl")


def test_programs_run(programs, data_dir, tmp_path):
    """Each for three steps on real images, in one process that knows nothing of this project."""
    grey = data.load(data.describe("digits").info, data_dir).train_images[::5]
    colour = np.repeat(grey, 3, axis=-1)
    larger = np.pad(colour, ((0, 0), (2, 2), (2, 2), (0, 0)))
    for images in (grey, colour, larger):
        file = tmp_path / f"{images.shape[1:]}.npz"
        np.savez(file, images=images[:900], held_out=images[900:])
    jobs = []
    for name in RUNS:
        made, file = programs[name]
        images = str(tmp_path / f"{made.dataset.image_shape}.npz")
        jobs.append((str(file), ["--data", images, "--steps", "3", "--out", str(tmp_path / name)]))
    fixed_d = str(tmp_path / "mlp-gan-d_only" / "discriminator.keras")
    out = str(tmp_path / "mlp-gan-g_only")
    file = str(programs["mlp-gan-g_only"][1])
    jobs.append((file, ["--discriminator", fixed_d, "--steps", "3", "--out", out]))
    done = subprocess.run(
        [sys.executable, "-c", _RUN_THEM],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stdout.splitlines() if line.startswith("step 3/3")]
    assert len(lines) == len(jobs)
    assert not [line for line in lines if "nan" in line]
    words = lines[RUNS.index("vae-beta")].split()
    loss, rebuilt, kl = (float(words[words.index(n) + 1]) for n in METRICS)
    assert loss == pytest.approx(rebuilt + 4 * kl, abs=0.01)
    for name in (*RUNS, "mlp-gan-g_only"):
        assert (tmp_path / name / "3.png").stat().st_size > 100
    assert (tmp_path / "vae" / "decoder.keras").is_file()
    assert (tmp_path / "mlp-gan-joint-3" / "generator.keras").is_file()
