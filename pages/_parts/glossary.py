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
    "fid": N_("Fréchet distance (FID): how far the cloud of generated images lies from that of "
              "real ones, both seen as normal distributions of features. 0 is alike; lower is "
              "better. Only figures of the same features and the same number of images compare."),
    "kid": N_("Kernel distance (KID): another distance of the two clouds, which does not depend on "
              "the number of images and supposes no shape. 0 is alike; lower is better."),
    "precision": N_("The share of generated images that lie where real images do: how many look "
                    "right."),
    "recall": N_("The share of real images that lie where generated images do: how much of the "
                 "variety is there."),
    "density": N_("How many real images' neighbourhoods a generated image lies in; like precision, "
                  "but not fooled by outliers. It can be above 1."),
    "coverage": N_("The share of real images with a generated image nearby; like recall, but not "
                   "fooled by outliers."),
    "inception_score": N_("From 1 to the number of classes: high where each image is surely of one "
                          "class and all classes come equally often. It never looks at real "
                          "images."),
    "classes_hit": N_("How many classes of the data set the generated images show; one that is "
                      "never shown is a sign of mode collapse."),
    "memorisation": N_("How near generated images lie to training images, beside how near images "
                       "held out of training do: 1 is as near; far below 1, training images are "
                       "being repeated."),
    "memorisation_of_all": N_("How near generated images lie to training images, beside how near "
                              "these lie to each other, as no image was held out of training: 1 is "
                              "as near; far below 1, training images are being repeated."),
    "interval": N_("Confidence interval: how far chance moves the figure. Measured again and again "
                   "with other generated images, 95 of 100 such intervals hold what the figure is "
                   "on average. Figures whose intervals overlap may be equal."),
    "floor": N_("One half of the real images measured against the other half: about the best that "
                "any generator could get. Halves are fewer images, which makes this distance a "
                "little larger."),
    "features": N_("What a network makes of an image, as numbers: images are compared by these, "
                   "not by their pixels. Figures of different features cannot be compared."),
    "evidence_bound": N_("A lower bound of the log probability that the model gives to an image "
                         "(ELBO): minus the reconstruction error, minus the divergence (KL). "
                         "Higher is better."),
    "reconstruction": N_("How far an image is from what is rebuilt from its code; lower is "
                         "better."),
    "kl": N_("How far the codes' distribution is from the normal distribution that new images are "
             "drawn from."),
    "num_active": N_("Dimensions of the code that really change with the image; the others carry "
                     "nothing."),
}  # fmt: skip


def meaning(term: str) -> str:
    """What a term means, in the viewer's language."""
    return translate(TERMS[term])
