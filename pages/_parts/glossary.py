"""The terms of the field in a learner's words; shown where one hovers."""

from __future__ import annotations

from gan_core.text import N_
from pages._parts.i18n import translate

TERMS = {
    "latent": N_("The random numbers that a generator turns into an image; a point of its space."),
    "generator": N_("G, the network that makes images from latents."),
    "encoder": N_("The network that turns an image into its code: a point in latent space."),
    "decoder": N_("The network that rebuilds an image from its code; it makes new images too."),
    "discriminator": N_("D, the network that judges whether an image is real."),
    "logits": N_("D's answer before it is squeezed between 0 and 1."),
    "loss": N_("How wrong a network is; training makes it smaller."),
    "step": N_("One update of both networks on one batch of images."),
    "epoch": N_("One pass over all training images."),
    "batch": N_("The images that one step looks at together."),
    "checkpoint": N_("Everything that is needed to continue a run exactly where it was."),
    "snapshot": N_("The networks of one moment, kept to explore or to fork."),
    "seed": N_("A number that fixes everything random, so that a run can be repeated."),
    "slerp": N_("Going from one latent to another along an arc, so that every point on the way "
                "is as far from the centre as latents usually are."),
    "linear": N_("Going from one latent to another in a straight line."),
    "fork": N_("A new run that continues from a snapshot with other settings."),
    "accuracy": N_("The share of images that D judges rightly."),
    "sheet": N_("Images of the same latents, drawn again and again while the generator learns."),
    "device": N_("What computes: the processor (CPU) or a graphics card (GPU)."),
    "concept": N_("A direction in latent space that adds a property, whatever image one starts "
                  "from: the mean latent with it minus the mean latent without it."),
    "separability": N_("How surely a direction tells images with a property from images without "
                       "it, measured on images that had no part in it: 1 is always, 0.5 is "
                       "guessing."),
    "classifier": N_("A network that names what an image shows, and how sure it is."),
    "verdict": N_("D's opinion of a generated image: real, fake, or unsure in between."),
}  # fmt: skip


def meaning(term: str) -> str:
    """What a term means, in the viewer's language."""
    return translate(TERMS[term])
