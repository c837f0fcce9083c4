"""The program's sheet and its `main`: the loop and what happens every so many steps."""

from __future__ import annotations

from gan_core.jobs.script import data, gan_step
from gan_core.jobs.script.subject import Subject


def functions(subject: Subject) -> list[str]:
    """The sheet, its latents where they lie evenly, and `main`."""
    plane = [_PLANE] if subject.has_plane else []
    body = [
        *_arguments(subject),
        "",
        *_preparation(subject),
        "",
        *_loop(subject),
        *_ending(subject),
    ]
    lines = "\n".join(f"    {line}" if line else "" for line in body)
    main = f'''\
def main():
    """Train, print, draw, and save the networks at the end."""
{lines}'''
    return [_SHEET, *plane, main, 'if __name__ == "__main__":\n    main()']


_SHEET = '''\
def save_sheet(network, latents, path):
    """The images of the same latents as always, in rows."""
    images = to_bytes(network(latents, training=False).numpy())
    height, width, channels = IMAGE_SHAPE
    rows = images.reshape(-1, SHEET_COLUMNS, height, width, channels).swapaxes(1, 2)
    keras.utils.save_img(path, rows.reshape(-1, SHEET_COLUMNS * width, channels), scale=False)'''

_PLANE = '''\
def plane():
    """Latents spread over the plane so that each part of N(0, 1) has its share."""
    normal = NormalDist()
    steps = [normal.inv_cdf((i + 0.5) / SHEET_COLUMNS) for i in range(SHEET_COLUMNS)]
    points = [(x, y) for y in reversed(steps) for x in steps]
    return np.array(points, np.float32)'''


def _arguments(subject: Subject) -> list[str]:
    default = "default=DATA" if data.is_alone(subject) else "required=True"
    source = f'parser.add_argument("--data", {default}, help=load_images.__doc__)'
    lines = [
        "parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])",
        'parser.add_argument("--steps", type=int, default=STEPS)',
        *([source] if data.uses_images(subject) else []),
        'parser.add_argument("--out", type=Path, default=Path("out"), help="where the sheets go")',
    ]
    if subject.lesson == "g_only":
        lines.append(
            'parser.add_argument("--discriminator", help="a D that has learnt: a .keras file")'
        )
    return [
        *lines,
        "given = parser.parse_args()",
        "given.out.mkdir(parents=True, exist_ok=True)",
    ]


def _preparation(subject: Subject) -> list[str]:
    images = "images, held_out" if subject.checks_epochs else "images, _"
    latents = (
        "plane()"
        if subject.has_plane
        else "rng.standard_normal((SHEET_COLUMNS**2, LATENT_SIZE), np.float32)"
    )
    lines = [
        "keras.utils.set_random_seed(SEED)",
        "rng = np.random.default_rng(SEED)",
        *([f"{images} = load_images(given.data)"] if data.uses_images(subject) else []),
        *(_gan(subject) if subject.is_gan else _AUTOENCODER),
    ]
    if subject.recipe.epoch_check is not None and subject.checks_epochs:
        lines.append("held_out = held_out if len(held_out) else images")
    return [*lines, f"sheet_latents = {latents}"]


_AUTOENCODER = [
    "encoder, decoder = build_encoder(), build_decoder()",
    "optimizer = make_optimizer(LEARNING_RATE)",
    "optimizer.build(encoder.trainable_variables + decoder.trainable_variables)",
    "step = make_step(encoder, decoder, optimizer)",
]


def _gan(subject: Subject) -> list[str]:
    lines = ["g, d = build_generator(), build_discriminator()"]
    if subject.lesson == "g_only":
        lines += [
            "if given.discriminator:",
            "    d = keras.models.load_model(given.discriminator)",
        ]
    for owner in _optimizers(subject):
        lines += [
            f"{owner}_optimizer = make_optimizer({owner.upper()}_LEARNING_RATE)",
            f"{owner}_optimizer.build({owner}.trainable_variables)",
        ]
    lines.append(f"step = make_step({gan_step.make_step_arguments(subject)})")
    if subject.has_average:
        lines += ["average = build_generator()", "average.set_weights(g.get_weights())"]
    return lines


def _optimizers(subject: Subject) -> list[str]:
    if not subject.is_gan:
        return []
    return [*(["g"] if subject.trains_g else []), *(["d"] if subject.trains_d else [])]


def shown(subject: Subject) -> str:
    """The name of the network that sheets show."""
    if not subject.is_gan:
        return "decoder"
    return "average" if subject.has_average else "g"


def _loop(subject: Subject) -> list[str]:
    given = "images" if subject.recipe.draw == "in_order" else "images, rng"
    counted = "1, given.steps + 1"
    head = f"for number, real_bytes in zip(range({counted}), batches({given}), strict=False):"
    if not data.uses_images(subject):
        head = f"for number in range({counted}):"
    body = [
        *_before_step(subject),
        *_measuring(subject),
        *_after_step(subject),
        "if number % SHEET_EVERY == 0 or number == given.steps:",
        f'    save_sheet({shown(subject)}, sheet_latents, given.out / f"{{number}}.png")',
    ]
    return ["started = time.time()", *_sums(subject), head, *(f"    {line}" for line in body)]


def _sums(subject: Subject) -> list[str]:
    return [] if subject.is_gan else ["epoch_losses = []"]


def _before_step(subject: Subject) -> list[str]:
    """What changes in the course of the run."""
    lines = []
    if subject.has_schedule or subject.has_noise:
        lines.append("done = (number - 1) / given.steps")
    if subject.has_schedule:
        owners = [(f"{o}_optimizer", f"{o.upper()}_LEARNING_RATE") for o in _optimizers(subject)]
        for name, rate in owners or [("optimizer", "LEARNING_RATE")]:
            lines.append(f"{name}.learning_rate = {rate} * rate_factor(done)")
    return lines


def _measuring(subject: Subject) -> list[str]:
    """The step itself, its average of G, and the line that is printed."""
    values = {"real_bytes": "tf.constant(real_bytes)", "noise": _NOISE}
    given = gan_step.step_arguments(subject) if subject.is_gan else "real_bytes"
    arguments = ", ".join(values[name] for name in given.split(", ") if name)
    lines = [f"metrics = step({arguments})"]
    if subject.has_average:
        lines.append("move_average(average, g, tf.constant(number - 1.0))")
    rate = "number * BATCH_SIZE / (time.time() - started)"
    return [
        *lines,
        "if number % LOG_EVERY == 0 or number == given.steps:",
        '    values = "  ".join(f"{name} {float(value):.3f}" for name, value in metrics.items())',
        f"    rate = {rate}",
        '    print(f"step {number}/{given.steps}  {values}  {rate:.0f} images/s")',
    ]


_NOISE = "tf.constant(INSTANCE_NOISE * (1.0 - done))"


def _after_step(subject: Subject) -> list[str]:
    """What is measured at the end of epochs."""
    if not subject.is_gan:
        return _EPOCH_OF_AUTOENCODER
    check = subject.recipe.epoch_check
    if check is None or not subject.checks_epochs:
        return []
    every = (
        f"{check.every_epochs} * STEPS_PER_EPOCH" if check.every_epochs > 1 else "STEPS_PER_EPOCH"
    )
    return [
        f"if number % ({every}) == 0:" if " " in every else f"if number % {every} == 0:",
        f"    some = held_out[rng.choice(len(held_out), min({check.num_images}, len(held_out)))]",
        f"    measured = check({shown(subject)}, d, tf.constant(some))",
        '    print("  ".join(f"{name} {float(value):.3f}" for name, value in measured.items()))',
    ]


_EPOCH_OF_AUTOENCODER = [
    'epoch_losses.append(float(metrics["loss"]))',
    "if number % STEPS_PER_EPOCH == 0:",
    '    news = f"epoch {number // STEPS_PER_EPOCH}  loss {np.mean(epoch_losses):.2f}"',
    "    if len(held_out):",
    '        news += f"  val_loss {validation_loss(encoder, decoder, held_out):.2f}"',
    "    print(news)",
    "    epoch_losses = []",
]


def _ending(subject: Subject) -> list[str]:
    if not subject.is_gan:
        return [
            'encoder.save(given.out / "encoder.keras")',
            'decoder.save(given.out / "decoder.keras")',
        ]
    lines = [f'{shown(subject)}.save(given.out / "generator.keras")']
    return [*lines, 'd.save(given.out / "discriminator.keras")']
