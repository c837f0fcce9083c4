"""The parts of the program that a setting of the toolbox brings in."""

from __future__ import annotations

from gan_core.jobs.script.subject import Subject

_LONGEST_LINE = 100


def functions(subject: Subject) -> list[str]:
    """What the run's settings need, and nothing else."""
    wanted = {
        _WITH_NOISE: subject.has_noise,
        _GRADIENT_PENALTY: subject.has_gradient_penalty,
        _OVERLAP: subject.is_orthogonal,
        _SAMENESS: subject.seeks_modes,
        _RATE_FACTORS.get(subject.settings.lr_schedule or "", ""): subject.has_schedule,
        optimizer(subject): True,
        _UPDATE: subject.is_gan,
        _MOVE_AVERAGE: subject.has_average,
    }
    return [text for text, is_used in wanted.items() if is_used]


def optimizer(subject: Subject) -> str:
    """How the program makes an optimiser."""
    settings = subject.settings
    given = ["learning_rate"]
    kind = {"rmsprop": "RMSprop", "sgd": "SGD"}.get(settings.optimizer or "", "Adam")
    if kind == "Adam" and settings.beta_1 is not None:
        given += ["beta_1=BETA_1", "beta_2=BETA_2"]
    if kind == "SGD" and settings.beta_1:
        given.append("momentum=BETA_1")
    if settings.weight_decay:
        given.append("weight_decay=WEIGHT_DECAY")
    if settings.grad_clip:
        given.append("global_clipnorm=GRAD_CLIP")
    call = f"keras.optimizers.{kind}"
    if not settings.weight_decay:
        lines = [_broken("    return ", call, given)]
    else:
        lines = [
            _broken("    optimizer = ", call, given),
            '    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])',
            "    return optimizer",
        ]
    body = "\n".join(lines)
    owner = "the weights of one network" if subject.is_gan else "all weights"
    return f'''\
def make_optimizer(learning_rate):
    """What moves {owner}."""
{body}'''


def _broken(begin: str, call: str, given: list[str]) -> str:
    """A call, broken as a formatter would break it where the line would be too long."""
    joined = ", ".join(given)
    line = f"{begin}{call}({joined})"
    if len(line) <= _LONGEST_LINE:
        return line
    if len(joined) + 8 <= _LONGEST_LINE:
        return f"{begin}{call}(\n        {joined}\n    )"
    below = "".join(f"        {one},\n" for one in given)
    return f"{begin}{call}(\n{below}    )"


_UPDATE = '''\
def update(optimizer, gradients, network):
    """One step down the gradients, for the weights of one network."""
    optimizer.apply_gradients(zip(gradients, network.trainable_variables, strict=True))'''

_WITH_NOISE = '''\
def with_noise(images, level):
    """What D sees of images: noise hides what is easy to tell (Sønderby et al. 2017)."""
    return images + level * tf.random.normal(images.shape)'''

_GRADIENT_PENALTY = '''\
def gradient_penalty(d, real_images, fake_images):
    """How far D's slopes between real and generated images are from 1 (Gulrajani et al. 2017)."""
    mix = tf.random.uniform((real_images.shape[0], 1, 1, 1))
    between = real_images + mix * (fake_images - real_images)
    with tf.GradientTape() as tape:
        tape.watch(between)
        scores = d(between, training=True)
    squares = tf.square(tape.gradient(scores, between))
    lengths = tf.sqrt(tf.reduce_sum(squares, axis=[1, 2, 3]) + 1e-12)
    return tf.reduce_mean(tf.square(lengths - 1.0))'''

_OVERLAP = '''\
def overlap(network):
    """How much the filters of each layer are like each other (Brock et al. 2019)."""
    total = 0.0
    for layer in network.layers:
        if hasattr(layer, "kernel"):
            kernel = layer.kernel.value
            if isinstance(layer, layers.Conv2DTranspose):
                kernel = tf.transpose(kernel, [0, 1, 3, 2])  # filters last, as elsewhere
            flat = tf.reshape(kernel, [-1, kernel.shape[-1]])
            products = tf.matmul(flat, flat, transpose_a=True)
            itself = tf.linalg.diag(tf.linalg.diag_part(products))
            total += tf.reduce_sum(tf.square(products - itself))
    return total'''

_SAMENESS = '''\
def sameness(images, latents):
    """Large where different latents give alike images (Mao et al. 2019)."""
    half = images.shape[0] // 2
    between_images = tf.reduce_mean(tf.abs(images[:half] - images[half : 2 * half]))
    between_latents = tf.reduce_mean(tf.abs(latents[:half] - latents[half : 2 * half]))
    return 1.0 / (between_images / between_latents + 1e-5)'''

_MOVE_AVERAGE = '''\
@tf.function
def move_average(average, g, number):
    """Move the running average of G's weights towards them; faster at first."""
    keep = tf.minimum(EMA, (1.0 + number) / (10.0 + number))
    for mean, value in zip(average.trainable_variables, g.trainable_variables, strict=True):
        mean.assign(keep * mean + (1.0 - keep) * value)
    for mean, value in zip(average.non_trainable_variables, g.non_trainable_variables, strict=True):
        mean.assign(value)'''

_RATE_FACTORS = {
    "exponential": '''\
def rate_factor(done):
    """What the learning rate is multiplied with after a share `done` of the run: down to 0.1."""
    return 0.1**done''',
    "cosine": '''\
def rate_factor(done):
    """What the learning rate is multiplied with after a share `done` of the run: down to 0."""
    return 0.5 * (1.0 + math.cos(math.pi * done))''',
    "cyclical": '''\
def rate_factor(done):
    """What the learning rate is multiplied with after a share `done` of the run: ten waves."""
    return 0.1 + 0.9 * (1.0 - abs(1.0 - 2.0 * (done * 10 % 1.0)))''',
}
