"""The program's training step of a GAN, with the turns that the recipe takes."""

from __future__ import annotations

from gan_core.jobs.script.subject import Subject

_TAB = "    "


def functions(subject: Subject) -> list[str]:
    """The function that makes the step, and the check at the end of epochs."""
    check = [_check(subject)] if subject.checks_epochs else []
    return [_make_step(subject), *check]


def _make_step(subject: Subject) -> str:
    """`make_step`: the turns as functions inside it, then the compiled step."""
    inner: list[str] = []
    if subject.takes_turns:
        inner += [*_train_d(subject), ""]
    if subject.moves_together:
        inner += [*_train_both(subject), ""]
    elif subject.trains_g:
        inner += [*_train_g(subject), ""]
    inner += _step(subject)
    body = "\n".join(f"{_TAB}{line}" if line else "" for line in inner)
    return f'''\
def make_step({make_step_arguments(subject)}):
    """The training step, compiled: {_story(subject)}"""

{body}

    return step'''


def make_step_arguments(subject: Subject) -> str:
    """The networks that the step needs and the optimisers of those that learn."""
    optimizers = ["g_optimizer"] if subject.trains_g else []
    optimizers += ["d_optimizer"] if subject.trains_d else []
    return ", ".join([*(["g"] if subject.trains_g else []), "d", *optimizers])


def _story(subject: Subject) -> str:
    if subject.lesson == "d_only":
        return "D learns alone, to tell real images from random noise."
    if subject.lesson == "g_only":
        return "G learns alone, against a D that stands still."
    if subject.moves_together:
        return "both networks learn from one forward pass."
    return "D learns, then G against the D that has just learnt."


def _with_level(subject: Subject, *given: str) -> str:
    """Arguments, with the level of the noise where there is any."""
    return ", ".join([*given, *(["noise"] if subject.has_noise else [])])


def _train_d(subject: Subject) -> list[str]:
    """D's turn: fakes, then one update, or one for each kind of images."""
    lines = [f"def train_d({_with_level(subject, 'real_images')}):"]
    if subject.recipe.turns.half_batches:
        lines.append("    real_images = real_images[:D_BATCH_SIZE]")
    if subject.lesson == "d_only":
        lines.append("    fake_images = to_network(255.0 * tf.random.uniform(real_images.shape))")
    else:
        training = not subject.recipe.turns.inference_fakes
        lines += [
            f"    latents = tf.random.normal(({subject.d_batch}, LATENT_SIZE))",
            f"    fake_images = g(latents, training={training})",
        ]
    if subject.has_noise:
        lines += [
            "    real_images = with_noise(real_images, noise)",
            "    fake_images = with_noise(fake_images, noise)",
        ]
    lines += _two_updates(subject) if subject.two_updates else _one_update(subject)
    answer = ["loss", "accuracies(real_logits, fake_logits)"]
    if _hands_on_latents(subject):
        answer.append("latents")
    return [*lines, f"    return {', '.join(answer)}"]


def _hands_on_latents(subject: Subject) -> bool:
    """Whether G's turn uses the latents of D's."""
    return subject.recipe.turns.same_latents and subject.lesson == "both"


def _one_update(subject: Subject) -> list[str]:
    return [
        "    with tf.GradientTape() as tape:",
        *_judged(subject, "        "),
        f"        loss = {_d_loss(subject)}",
        *_total("loss", _d_penalties(subject), "        "),
        f"    update(d_optimizer, tape.gradient({_minimised(subject)}, d.trainable_variables), d)",
    ]


def _minimised(subject: Subject) -> str:
    return "total" if _d_penalties(subject) else "loss"


def _two_updates(subject: Subject) -> list[str]:
    overlap = ["ORTHOGONAL * overlap(d)"] if subject.is_orthogonal else []
    moved = "total" if overlap else "{}_loss"
    lines: list[str] = []
    for kind in ("real", "fake"):
        lines += [
            "    with tf.GradientTape() as tape:",
            f"        {kind}_logits = d({kind}_images, training=True)",
            f"        {kind}_loss = loss_on_{kind}({kind}_logits)",
            *_total(f"{kind}_loss", overlap, "        "),
            f"    gradients = tape.gradient({moved.format(kind)}, d.trainable_variables)",
            "    update(d_optimizer, gradients, d)",
        ]
    return [*lines, f"    loss = {_scaled(subject, 'real_loss + fake_loss')}"]


def _judged(subject: Subject, tab: str) -> list[str]:
    """D's logits of both kinds of images."""
    if subject.settings.d_batches != "joint":
        return [
            f"{tab}real_logits = d(real_images, training=True)",
            f"{tab}fake_logits = d(fake_images, training=True)",
        ]
    return [
        f"{tab}logits = d(tf.concat([real_images, fake_images], axis=0), training=True)",
        f"{tab}real_logits, fake_logits = tf.split(logits, 2)",
    ]


def _scaled(subject: Subject, loss: str) -> str:
    return f"0.5 * ({loss})" if subject.recipe.d_loss_scale == "mean" else loss


def _d_loss(subject: Subject) -> str:
    return _scaled(subject, "loss_on_real(real_logits) + loss_on_fake(fake_logits)")


def _d_penalties(subject: Subject) -> list[str]:
    terms = ["ORTHOGONAL * overlap(d)"] if subject.is_orthogonal else []
    if subject.has_gradient_penalty:
        terms.append("GP_WEIGHT * gradient_penalty(d, real_images, fake_images)")
    return terms


def _g_penalties(subject: Subject, images: str) -> list[str]:
    terms = ["ORTHOGONAL * overlap(g)"] if subject.is_orthogonal else []
    if subject.seeks_modes:
        terms.append(f"MODE_SEEKING * sameness({images}, latents)")
    return terms


def _total(loss: str, terms: list[str], tab: str, name: str = "total") -> list[str]:
    """The loss with its penalties, where there are any."""
    if not terms:
        return []
    joined = " + ".join([loss, *terms])
    line = f"{tab}{name} = {joined}"
    if len(line) + len(_TAB) <= 100:
        return [line]
    return [f"{tab}{name} = {loss}", *(f"{tab}{name} += {term}" for term in terms)]


def _train_g(subject: Subject) -> list[str]:
    """G's turn, against D as it is."""
    lines = []
    if _hands_on_latents(subject):
        lines.append(f"def train_g({_with_level(subject, 'latents')}):")
    else:
        lines.append(f"def train_g({_with_level(subject)}):")
        lines.append("    latents = tf.random.normal((BATCH_SIZE, LATENT_SIZE))")
    terms = _g_penalties(subject, "fake_images")
    seen = "with_noise(fake_images, noise)" if subject.has_noise else "fake_images"
    answer = "loss" if subject.lesson == "both" else "loss, logits"
    return [
        *lines,
        "    with tf.GradientTape() as tape:",
        "        fake_images = g(latents, training=True)",
        f"        logits = d({seen}, training=True)",
        "        loss = loss_of_g(logits)",
        *_total("loss", terms, "        "),
        f"    gradients = tape.gradient({'total' if terms else 'loss'}, g.trainable_variables)",
        "    update(g_optimizer, gradients, g)",
        f"    return {answer}",
    ]


def _train_both(subject: Subject) -> list[str]:
    """The common turn: both gradients from one forward pass, then both networks move."""
    d_terms = _d_penalties(subject)
    made = "made_images" if subject.has_noise else "fake_images"
    g_terms = _g_penalties(subject, made)
    noisy = [
        "        real_images = with_noise(real_images, noise)",
        "        fake_images = with_noise(made_images, noise)",
    ]
    d_moved, g_moved = "d_total" if d_terms else "d_loss", "g_total" if g_terms else "g_loss"
    return [
        f"def train_both({_with_level(subject, 'real_images')}):",
        "    latents = tf.random.normal((BATCH_SIZE, LATENT_SIZE))",
        "    with tf.GradientTape(persistent=True) as tape:",
        f"        {made} = g(latents, training=True)",
        *(noisy if subject.has_noise else []),
        *_judged(subject, "        "),
        '        # D shall say "real" to real images and "fake" to G\'s ...',
        f"        d_loss = {_d_loss(subject)}",
        *_total("d_loss", d_terms, "        ", "d_total"),
        '        # ... and G shall make D say "real" to its own.',
        "        g_loss = loss_of_g(fake_logits)",
        *_total("g_loss", g_terms, "        ", "g_total"),
        f"    d_gradients = tape.gradient({d_moved}, d.trainable_variables)",
        f"    g_gradients = tape.gradient({g_moved}, g.trainable_variables)",
        "    update(d_optimizer, d_gradients, d)",
        "    update(g_optimizer, g_gradients, g)",
        "    return d_loss, g_loss, accuracies(real_logits, fake_logits)",
    ]


def _step(subject: Subject) -> list[str]:
    """The compiled step: who moves in which order, and what is measured."""
    return [
        "@tf.function",
        f"def step({step_arguments(subject)}):",
        *_moves(subject),
        "    return {",
        *(f'        "{name}": {value},' for name, value in _measured(subject).items()),
        "    }",
    ]


def step_arguments(subject: Subject) -> str:
    """What the step is given: real images where D learns, and the noise's level."""
    return _with_level(subject, *(["real_bytes"] if subject.trains_d else []))


def _moves(subject: Subject) -> list[str]:
    if not subject.trains_d:
        return [f"    g_loss, fake_logits = train_g({_with_level(subject)})"]
    alone = not subject.moves_together
    images = "images" if alone and subject.d_steps > 1 else "real_images"
    turn = f"train_{'d' if alone else 'both'}({_with_level(subject, images)})"
    answer = ["d_loss", *([] if alone else ["g_loss"]), "(right_on_real, right_on_fake)"]
    if alone and _hands_on_latents(subject):
        answer.append("latents")
    last = f"{', '.join(answer)} = {turn}"
    lines = ["    real_images = to_network(real_bytes)"]
    if subject.d_steps == 1:
        lines.append(f"    {last}")
    elif alone:
        lines += ["    for images in tf.split(real_images, D_STEPS):", f"        {last}"]
    else:
        lines += [
            "    *early, real_images = tf.split(real_images, D_STEPS)",
            "    for images in early:",
            f"        train_d({_with_level(subject, 'images')})",
            f"    {last}",
        ]
    if subject.trains_g and not subject.moves_together:
        given = _with_level(subject, *(["latents"] if _hands_on_latents(subject) else []))
        lines.append(f"    g_loss = train_g({given})")
    return lines


def _measured(subject: Subject) -> dict[str, str]:
    """What a step reports, as `metrics.jsonl` names it."""
    if not subject.trains_d:
        return {"g_loss": "g_loss", "d_acc_fake": "seen_through(fake_logits)"}
    both = {"d_loss": "d_loss", "g_loss": "g_loss"}
    losses = both if subject.trains_g else {"d_loss": "d_loss"}
    return {**losses, "d_acc_real": "right_on_real", "d_acc_fake": "right_on_fake"}


def _check(subject: Subject) -> str:
    """Losses and accuracies at the end of an epoch."""
    real = "loss_on_real(real_logits, 1.0)" if subject.has_target else "loss_on_real(real_logits)"
    return f'''\
@tf.function
def check(g, d, real_bytes):
    """D and G on held-out images, in inference mode and with nothing smoothed."""
    latents = tf.random.normal((real_bytes.shape[0], LATENT_SIZE))
    real_logits = d(to_network(real_bytes), training=False)
    fake_logits = d(g(latents, training=False), training=False)
    right_on_real, right_on_fake = accuracies(real_logits, fake_logits)
    return {{
        "eval_d_loss": {_scaled(subject, real + " + loss_on_fake(fake_logits)")},
        "eval_g_loss": loss_of_g(fake_logits),
        "eval_acc_real": right_on_real,
        "eval_acc_fake": right_on_fake,
    }}'''
