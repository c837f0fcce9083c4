"""`autoencoder`: the variational autoencoder's contrast, without sampling and without KL."""

from __future__ import annotations

from gan_core.config import Settings
from gan_core.recipes.autoencoder_networks import decoder, encoder
from gan_core.recipes.layers import Network
from gan_core.recipes.parts import DENSE_SIZES
from gan_core.recipes.recipe import EVERY_EPOCH, ImageShape, Recipe
from gan_core.text import N_


def plain_encoder(settings: Settings, shape: ImageShape) -> Network:
    """`[N, H, W, C]` to `[N, Z]`: the code itself."""
    return encoder(shape, num_codes=settings.latent_size)


RECIPE = Recipe(
    name="autoencoder",
    title=N_("Autoencoder"),
    summary=N_("Two numbers an image and nothing that orders them: a plane with holes."),
    story=N_(
        "The same encoder and decoder as the variational autoencoder's, trained for one thing "
        "only: to rebuild the image. Nothing asks the codes to be near the centre, to leave no "
        "gaps, or to be alike for like images.\n\n"
        "So it rebuilds a little better, and its plane has **holes**: points that no image was "
        "ever sent to, which decode to smears. It can compress; it cannot invent. Open both on "
        "the Plane page, side by side, and click into a hole."
    ),
    watch=N_(
        "- **Loss** falls below the variational autoencoder's: it has one duty less.\n"
        "- **The plane**: rays and islands, far from the centre, with empty regions between."
    ),
    source=N_("the contrast in the texts on variational autoencoders"),
    dataset="mnist",
    family="autoencoder",
    defaults={
        "batch_size": 100,
        "latent_size": 2,
        "g_lr": 1e-3,
        "optimizer": "rmsprop",
        "lr_schedule": "constant",
        "weight_decay": 0.0,
        "grad_clip": 0.0,
        "pixel_range": "0,1",
        "log_every": 100,
        "snapshot_every": EVERY_EPOCH,
        "early_stopping": 0,
        "event_files": "off",
        "checkpoint_secs": 30.0,
        "precision": "float32",
    },
    essential=("batch_size", "latent_size", "g_lr", "optimizer"),
    generator=decoder,
    encoder=plain_encoder,
    default_epochs=50,
    sheet_every=EVERY_EPOCH,
    sheet_columns=15,
    sheet_latents="quantiles",
    reference_images_per_s=20_000.0,
    suits_cpu=True,
    jit_on_cpu=True,
    image_sizes=DENSE_SIZES,
)
