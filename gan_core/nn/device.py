"""Make TensorFlow use this machine as the run's record says."""

from __future__ import annotations

import keras
import tensorflow as tf

from gan_core.config import Kernels
from gan_core.errors import BadInputError
from gan_core.text import N_


def prepare(kernels: Kernels) -> str:
    """Set threads and devices; return the name of the device in use.

    Must be called before TensorFlow computes anything. GPU memory grows as needed instead of
    being taken whole, so that a desktop and a second program keep theirs.

    Raises:
        BadInputError: the run was made for a GPU and none is here.
    """
    tf.config.threading.set_intra_op_parallelism_threads(kernels.intra_op_threads)
    tf.config.threading.set_inter_op_parallelism_threads(kernels.inter_op_threads)
    gpus = tf.config.list_physical_devices("GPU")
    if kernels.device == "cpu":
        tf.config.set_visible_devices([], "GPU")
        return "CPU"
    if not gpus:
        raise BadInputError(
            N_("this run was made on a GPU and TensorFlow finds none here."),
            N_("Start it anew on this machine, or fork it with the CPU."),
            field="device",
        )
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    details = tf.config.experimental.get_device_details(gpus[0])
    return str(details.get("device_name", "GPU"))


def dtype_policy(precision: str) -> keras.DTypePolicy:
    """The Keras policy of a run; variables and optimiser states are float32 in both."""
    return keras.DTypePolicy(precision)
