"""`vae`: the variational autoencoder whose latent space is a plane.

404 244 parameters in all for 28×28 grey images. After Kingma and Welling 2013, "Auto-encoding
variational Bayes", arXiv 1312.6114.
"""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.autoencoder_networks import decoder, encoder
from gan_core.recipes.layers import Network
from gan_core.recipes.parts import DENSE_SIZES
from gan_core.recipes.recipe import EVERY_EPOCH, ImageShape, Recipe
from gan_core.text import N_


def variational_encoder(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to `[N, 2Z]`: the means of the Z latents, then their log-variances."""
    return encoder(shape, num_codes=2 * settings.latent_size)


RECIPE = Recipe(
    name="vae",
    title=N_("Variational autoencoder"),
    summary=N_("Lays all images out on a plane that has no holes."),
    story=N_(
        "An **encoder** reads an image and answers with a small cloud in a plane: a mean and a "
        "spread for each of two coordinates. A point is drawn from the cloud, and a **decoder** "
        "rebuilds the image from these two numbers alone.\n\n"
        "Two forces pull. The image should be rebuilt well: 784 times the binary cross-entropy. "
        "And all clouds together should look like one standard normal distribution: the "
        "Kullback-Leibler divergence, KL. The second keeps neighbours alike and leaves no empty "
        "places, so every point of the plane decodes to something. The weight β says how hard the "
        "second force pulls: 1 as published, and then the loss is a bound on how probable the "
        "images are.\n\n"
        "Compare it with the plain autoencoder on the Plane page: the same networks without the "
        "second force."
    ),
    watch=N_(
        "- **Loss** is reconstruction + β·KL. It falls quickly to about 165, then slowly. The text "
        "reports 149.39 on the training and 151.71 on the test images after 50 epochs.\n"
        "- **Reconstruction and KL**: the first falls while the second rises from nothing to "
        "about 6: the codes begin to carry information.\n"
        "- **The plane**: classes separate, 8 beside 9, 4 and 9 overlap: two numbers are few."
    ),
    source=N_("Kingma and Welling 2013, arXiv 1312.6114; the weight β: Higgins et al. 2017"),
    dataset="mnist",
    family="vae",
    defaults={
        "batch_size": 100,
        "latent_size": 2,
        "g_lr": 1e-3,
        "optimizer": "rmsprop",
        "lr_schedule": "constant",
        "weight_decay": 0.0,
        "grad_clip": 0.0,
        "beta": 1.0,
        "pixel_range": "0,1",
        "log_every": 100,
        "snapshot_every": EVERY_EPOCH,
        "early_stopping": 0,
        "event_files": "off",
        "checkpoint_secs": 30.0,
        "precision": "float32",
    },
    essential=("batch_size", "latent_size", "g_lr", "optimizer", "beta"),
    generator=decoder,
    encoder=variational_encoder,
    default_epochs=50,
    sheet_every=EVERY_EPOCH,
    sheet_columns=15,
    sheet_latents="quantiles",
    reference_images_per_s=20_000.0,
    suits_cpu=True,
    jit_on_cpu=True,
    image_sizes=DENSE_SIZES,
)
