"""The explorer's own words, to be translated."""

from __future__ import annotations

from gan_core.text import N_


def own_words() -> dict[str, str]:
    """Words by key."""
    return {
        **verdict_words(),
        **_hand_words(),
        **_direction_words(),
        **_concept_words(),
        **_share_words(),
        **_failure_words(),
        **_tool_words(),
        **_film_words(),
        **_nearest_words(),
        **_picture_words(),
    }


def verdict_words() -> dict[str, str]:
    """What D says of an image."""
    return {
        "verdict_real": N_("looks real to D"),
        "verdict_fake": N_("looks fake to D"),
        "verdict_unsure": N_("D is unsure"),
        "verdict_title": N_("D takes this image for real with a probability of {percent} %"),
        "percent": N_("{percent} % real"),
    }


def _hand_words() -> dict[str, str]:
    return {
        "explorer": N_("Latent explorer"),
        "picture": N_("Image of this latent"),
        "loading": N_("Making the image …"),
        "step": N_("step {step}"),
        "here": N_("made in this browser"),
        "here_help": N_("The generator runs on your own device; moving a slider asks no server."),
        "sliders": N_("Dimensions of the latent"),
        "slider_help": N_("Drag; arrow keys and the wheel for small steps; double-click for 0"),
        "dimension": N_("z{index}"),
        "exact": N_("Exact value of {name}"),
        "lock": N_("Lock {name}"),
        "lock_help": N_("Lock: random draws, zero and neighbours leave it alone"),
        "name_of": N_("Name of {name}"),
        "rename_help": N_("Give it a name of your own; it is kept with the run"),
        "neighbours": N_("Neighbours: click one to go there"),
        "neighbour": N_("Go to neighbour {index}"),
        "randomise": N_("Random"),
        "zero": N_("Zero"),
        "undo": N_("Undo"),
        "redo": N_("Redo"),
        "seed": N_("Seed"),
        "seed_help": N_("The same seed gives the same latent, here and on the command line"),
        "truncation": N_("Truncation"),
        "truncation_help": N_(
            "Below 1 latents are drawn nearer to the middle: images become more usual and less "
            "varied. It also pulls the present point there."
        ),
        "sigma": N_("Range of the sliders, in standard deviations"),
    }


def _direction_words() -> dict[str, str]:
    return {
        "directions": N_("What the sliders move along"),
        "dimensions": N_("Dimensions"),
        "principal": N_("Principal"),
        "principal_about": N_(
            "Directions along which the first layer's answers vary most (GANSpace), the strongest "
            "first."
        ),
        "principal_name": N_("principal {index}"),
        "first_layer": N_("First layer"),
        "first_layer_about": N_(
            "Directions that the first layer's weights stretch most (closed-form factorisation)."
        ),
        "first_layer_name": N_("first layer {index}"),
        "direction_share": N_("{percent} %"),
        "direction_share_help": N_("How much of all variation lies along it"),
        "directions_loading": N_("Looking for directions …"),
        "directions_none": N_("No directions were found in this generator."),
    }


def _concept_words() -> dict[str, str]:
    return {
        "concepts": N_("Concepts"),
        "new_concept": N_("New concept"),
        "no_concepts": N_(
            "A concept is a direction in latent space, such as from other digits towards 7. Make "
            "one from images with and without it; then add it to any image with a slider."
        ),
        "strength": N_("Strength of {name}"),
        "half": N_("Add half the difference"),
        "remove_concept": N_("Remove"),
        "looks_like": N_("looks like {name} ({percent} %)"),
        "label_title": N_(
            "What a classifier takes this image for, and how sure it is. It has seen real images "
            "only, so it may be sure of a blot, too."
        ),
        "accuracy": N_("right on {percent} % of {n} test images"),
        "train": N_("Train a classifier (about 30 s)"),
        "train_help": N_("A small network that names the class of an image; once for this data"),
        "training": N_("training a classifier: {percent} %"),
        "train_failed": N_("The classifier could not be trained: {reason}"),
    }


def _share_words() -> dict[str, str]:
    return {
        "share": N_("Take along"),
        "share_address": N_("Copy the address of this view"),
        "share_json": N_("Copy z as JSON"),
        "share_python": N_("Use in Python"),
        "copied": N_("copied"),
        "copy_by_hand": N_("copy it from the box"),
    }


def _failure_words() -> dict[str, str]:
    return {
        "error_offline": N_("No answer from the app. Move a slider to try again."),
        "error_gone": N_("This snapshot is no longer there. Choose another one."),
        "error_weights": N_("The weights could not be fetched."),
        "error_decode": N_("The image could not be made. Move a slider to try again."),
        "from_server_unsupported": N_(
            "Images come from the server: this browser cannot run the generator itself."
        ),
        "from_server_unknown_layer": N_(
            "Images come from the server: this generator has a layer that browsers do not know."
        ),
        "from_server_golden": N_(
            "Images come from the server: this browser's images differed from the golden ones."
        ),
        "from_server_damaged": N_(
            "Images come from the server: the weights for the browser are damaged."
        ),
        "from_server_error_weights": N_(
            "Images come from the server: the weights could not be fetched."
        ),
    }


def _tool_words() -> dict[str, str]:
    return {
        "tools": N_("Tools for points"),
        "tool_walk": N_("Walk"),
        "tool_arithmetic": N_("Arithmetic"),
        "tool_film": N_("Through training"),
        "tool_nearest": N_("Memorised?"),
        "tool_picture": N_("My picture"),
    }


def _film_words() -> dict[str, str]:
    return {
        "film": N_("This point at every snapshot"),
        "film_large": N_("This point at the chosen snapshot"),
        "film_scrub": N_("Snapshots, from the first to the newest"),
        "film_play": N_("Play the film"),
        "film_pause": N_("Pause the film"),
        "film_help": N_("How did this image come to be? The same latent at every snapshot."),
        "film_making": N_("{done} of {n} images"),
        "film_done": N_("The same latent at {n} snapshots of the run"),
        "film_one": N_("This run has one snapshot only; its film is a still."),
    }


def _nearest_words() -> dict[str, str]:
    return {
        "nearest_find": N_("Find the nearest training images"),
        "nearest_help": N_(
            "Did the generator learn this image by heart? Look at the training images that come "
            "nearest to it."
        ),
        "nearest_building": N_(
            "Going through the training images, once for this data: {percent} %"
        ),
        "nearest_failed": N_("The training images could not be searched: {reason}"),
        "nearest_cell": N_("Training image {index}, distance {distance}"),
        "nearest_by_pixels": N_("by pixels"),
        "nearest_by_classifier": N_("as the classifier sees it"),
        "nearest_meaning": N_(
            "Distance {distance} {measure}. A real image that was held out is usually {typical} "
            "from its nearest; {percent} % of them are nearer than this one."
        ),
    }


def _picture_words() -> dict[str, str]:
    return {
        "sketch": N_("Draw here"),
        "picture_find": N_("Find my drawing"),
        "picture_clear": N_("Clear"),
        "picture_choose": N_("Choose a picture …"),
        "picture_colour": N_("Colour of the pen"),
        "picture_target": N_("Your picture"),
        "picture_found": N_("Nearest image"),
        "picture_progress": N_("Progress of the search"),
        "picture_stop": N_("Stop"),
        "picture_help": N_(
            "Draw or choose a picture; the latent whose image comes nearest becomes a pinned point."
        ),
        "picture_empty": N_("Draw something first."),
        "picture_large": N_("The picture is larger than 10 MB. Choose a smaller one."),
        "picture_sending": N_("Looking at the picture …"),
        "picture_searching": N_("Searching from several places; best error so far {error}"),
        "picture_failed": N_("The search failed. {reason}"),
        "picture_name": N_("My picture"),
        "picture_done": N_(
            "Found and pinned. Its pixels differ by {error} on average, of a range of 1."
        ),
    }
