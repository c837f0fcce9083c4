"""Names to recipes, loaded when asked for."""

from __future__ import annotations

import difflib
import importlib

from gan_core.errors import NotFoundError
from gan_core.recipes.recipe import Recipe
from gan_core.text import N_

_TARGETS = {
    "quick-dcgan": "gan_core.recipes.quick_dcgan:RECIPE",
    "mlp-gan": "gan_core.recipes.mlp_gan:RECIPE",
    "mnist-dcgan": "gan_core.recipes.mnist_dcgan:RECIPE",
    "quickdraw-dcgan": "gan_core.recipes.quickdraw_dcgan:RECIPE",
    "dense-conv-gan": "gan_core.recipes.dense_conv_gan:RECIPE",
    "cifar-dcgan": "gan_core.recipes.cifar_dcgan:RECIPE",
    "stacked-dcgan": "gan_core.recipes.stacked_dcgan:RECIPE",
    "vae": "gan_core.recipes.vae:RECIPE",
    "autoencoder": "gan_core.recipes.autoencoder:RECIPE",
}
_FROM_FILES = {"imported": "gan_core.recipes.imported:RECIPE"}
"""What runs may be of and nobody trains."""
DEFAULT = "quick-dcgan"


def names() -> list[str]:
    """All recipes that can be trained, the default first."""
    return list(_TARGETS)


def get(name: str) -> Recipe:
    """The recipe of that name.

    Raises:
        NotFoundError: there is none; the nearest name is offered.
    """
    target = (_TARGETS | _FROM_FILES).get(name)
    if target is None:
        near = difflib.get_close_matches(name, _TARGETS, n=1, cutoff=0.4)
        raise NotFoundError(
            N_("there is no recipe {given}; there are {names}."),
            N_("Did you mean {near}?") if near else "",
            field="recipe",
            given=repr(name),
            names=", ".join(_TARGETS),
            near=near[0] if near else "",
        )
    module, attribute = target.split(":")
    recipe = getattr(importlib.import_module(module), attribute)
    assert isinstance(recipe, Recipe)  # noqa: S101 - our own table above
    return recipe
