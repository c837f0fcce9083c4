"""The settings that every GAN recipe has, at the values where they change nothing.

A recipe lists its own numbers over these, so that its file says what is particular about it.
"""

from __future__ import annotations

from gan_core.config import SettingValue

GAN_DEFAULTS: dict[str, SettingValue] = {
    "optimizer": "adam",
    "beta_1": 0.5,
    "beta_2": 0.999,
    "lr_schedule": "constant",
    "weight_decay": 0.0,
    "grad_clip": 0.0,
    "loss": "non-saturating",
    "label_smoothing": 0.0,
    "d_batches": "separate",
    "d_steps": 1,
    "gp_weight": 10.0,
    "instance_noise": 0.0,
    "orthogonal": 0.0,
    "mode_seeking": 0.0,
    "minibatch_std": "off",
    "latent_distribution": "normal",
    "dropout": 0.0,
    "leaky_slope": 0.2,
    "init_std": 0.0,
    "g_norm": "none",
    "d_norm": "none",
    "output_activation": "tanh",
    "pixel_range": "-1,1",
    "ema": 0.0,
    "lesson": "both",
    "on_collapse": "ask",
    "early_stopping": 0,
    "event_files": "off",
    "precision": "float32",
    "checkpoint_secs": 30.0,
}
