"""`stacked-dcgan`: the quick DCGAN in colour, on a data set whose 1000 modes can be counted.

The networks are `quick_dcgan`'s with three channels. The experiment is that of Metz et al. 2017
(arXiv 1611.02163) and Srivastava et al. 2017 (VEEGAN, arXiv 1705.07761); what to do about lost
modes follows Lin et al. 2018 (PacGAN, arXiv 1712.04086): let D see more than one image at once.
"""

from __future__ import annotations

from gan_core.recipes.parts import CONVOLUTIONAL_SIZES
from gan_core.recipes.quick_dcgan import discriminator, generator
from gan_core.recipes.recipe import Recipe, Turns
from gan_core.recipes.toolbox import GAN_DEFAULTS
from gan_core.text import N_

RECIPE = Recipe(
    name="stacked-dcgan",
    title=N_("Stacked DCGAN: count the modes"),
    summary=N_("Three digits in one image: does the generator draw all 1000 kinds?"),
    story=N_(
        "A generator that draws one perfect digit for ever fools the discriminator and has learnt "
        "next to nothing: its **modes** have collapsed. On digits one sees it. On photographs "
        "nobody can say how many kinds there should be. So here is a set where it can be "
        "**counted**: each image holds three random digits, one in red, one in green, one in blue, "
        "which makes 10 × 10 × 10 kinds, all equally frequent.\n\n"
        "The networks are the quick DCGAN's with three channels. A frozen classifier of digits "
        "reads each colour of some thousand generated images; how many of the 1000 kinds it finds, "
        "and how evenly, is the result. The papers that counted first found a plain DCGAN to reach "
        "99 of them and VEEGAN 150; showing D several images at once (PacGAN) reached all 1000."
    ),
    watch=N_(
        "- **Classes hit**: the count of kinds among the generated images. Real images in the same "
        "number hit nearly all, so compare with them: 1000 images cannot show 1000 kinds.\n"
        "- **KL to uniform**: 0 if all kinds are equally frequent. It rises first when some are "
        "preferred, long before any is missing.\n"
        "- **One colour at a time**: a red digit that never occurs is a hundred kinds less."
    ),
    source="Srivastava et al. 2017 (VEEGAN), arXiv 1705.07761; Lin et al. 2018 (PacGAN)",
    dataset="stacked-mnist",
    defaults={
        **GAN_DEFAULTS,
        "batch_size": 64,
        "latent_size": 64,
        "g_lr": 1e-3,
        "d_lr": 5e-4,
        "init_std": 0.02,
        "g_norm": "batch",
        "d_norm": "batch",
        "g_convolutions": 1,
        "d_hidden": 128,
        "upsampling": "transpose",
        "log_every": 10,
        "ema": 0.99,
        "snapshot_every": 500,
    },
    essential=("batch_size", "latent_size", "g_lr", "d_lr", "minibatch_std"),
    generator=generator,
    discriminator=discriminator,
    turns=Turns(simultaneous=True),
    d_loss_scale="sum",
    presets=(),
    default_steps=10_000,
    sheet_every=50,
    sheet_columns=8,
    reference_images_per_s=2000.0,
    suits_cpu=True,
    jit_on_cpu=False,
    image_sizes=CONVOLUTIONAL_SIZES,
)
