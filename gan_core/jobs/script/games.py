"""The program's losses: the game that G and D play, and how often D is right."""

from __future__ import annotations

from gan_core.jobs.script.subject import Subject


def functions(subject: Subject) -> list[str]:
    """The losses that the program needs, then D's accuracies."""
    real, fake, fool = _GAMES[subject.loss]
    given = "logits, target=REAL_TARGET" if subject.has_target else "logits"
    d_parts = [
        _function("loss_on_real", given, "D's loss on real images: it shall call them real.", real),
        _function("loss_on_fake", "logits", "D's loss on G's images: it shall see through.", fake),
    ]
    g_part = _function("loss_of_g", "logits", "G's loss: D shall take its images for real.", fool)
    found = []
    if subject.trains_d or subject.checks_epochs:
        found += d_parts
    if subject.trains_g:
        found.append(g_part)
    helpers = [text for name, text in _HELPERS.items() if any(f"{name}(" in part for part in found)]
    return [*helpers, *found, _accuracies(subject)]


def _function(name: str, given: str, words: str, value: str) -> str:
    return f'''\
def {name}({given}):
    """{words}"""
    return {value}'''


def _accuracies(subject: Subject) -> str:
    border = {
        "least-squares": "    border = 0.5",
        "wasserstein-gp": """\
    # A critic's score has no zero: the border lies half way between the two means.
    border = 0.5 * (tf.reduce_mean(real_logits) + tf.reduce_mean(fake_logits))""",
    }.get(subject.loss, "    border = 0.0")
    if not subject.trains_d:
        fixed = "0.5" if subject.loss == "least-squares" else "0.0"
        return f'''\
def seen_through(fake_logits):
    """The share of G's images that D takes for what they are."""
    return tf.reduce_mean(tf.cast(fake_logits < {fixed}, tf.float32))'''
    return f'''\
def accuracies(real_logits, fake_logits):
    """The shares of real and of generated images that D puts on the right side."""
{border}
    right_on_real = tf.reduce_mean(tf.cast(real_logits > border, tf.float32))
    right_on_fake = tf.reduce_mean(tf.cast(fake_logits < border, tf.float32))
    return right_on_real, right_on_fake'''


_HELPERS = {
    "cross_entropy": '''\
def cross_entropy(logits, target):
    """How surprised D's opinion is by the truth: 1 is real, 0 is fake."""
    return tf.reduce_mean(
        target * tf.nn.softplus(-logits) + (1.0 - target) * tf.nn.softplus(logits)
    )''',
    "divergence": '''\
def divergence(logits, target):
    """`target * log(target / p)`: an experiment in place of the cross-entropy."""
    p = tf.clip_by_value(tf.sigmoid(logits), 1e-7, 1.0)
    wanted = tf.maximum(target, 1e-7)
    return tf.reduce_mean(wanted * tf.math.log(wanted / p))''',
}
"""What the losses call, by its name."""

_GAMES: dict[str, tuple[str, str, str]] = {
    "non-saturating": (
        "cross_entropy(logits, target)",
        "cross_entropy(logits, 0.0)",
        "cross_entropy(logits, 1.0)",
    ),
    "minimax": (
        "cross_entropy(logits, target)",
        "cross_entropy(logits, 0.0)",
        "-cross_entropy(logits, 0.0)",
    ),
    "least-squares": (
        "tf.reduce_mean(tf.square(logits - target))",
        "tf.reduce_mean(tf.square(logits))",
        "tf.reduce_mean(tf.square(logits - 1.0))",
    ),
    "hinge": (
        "tf.reduce_mean(tf.nn.relu(1.0 - logits))",
        "tf.reduce_mean(tf.nn.relu(1.0 + logits))",
        "-tf.reduce_mean(logits)",
    ),
    "wasserstein-gp": (
        "-tf.reduce_mean(logits)",
        "tf.reduce_mean(logits)",
        "-tf.reduce_mean(logits)",
    ),
    "kl": (
        "divergence(logits, target)",
        "divergence(logits, 0.0)",
        "cross_entropy(logits, 1.0)",
    ),
}
"""D's loss on real and on generated images, and G's."""
