"""`python -m gan_core.nn.probe`: which devices TensorFlow finds, as one JSON object."""

from __future__ import annotations

import json
import sys

import tensorflow as tf


def main() -> int:
    """Print the devices."""
    gpus = tf.config.list_physical_devices("GPU")
    names = [tf.config.experimental.get_device_details(gpu).get("device_name", "") for gpu in gpus]
    found = {
        "tensorflow": tf.__version__,
        "gpus": names,
        "built_with_cuda": tf.test.is_built_with_cuda(),
    }
    sys.stdout.write(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
