"""A plain Keras program that trains the same system, written from the layer lists.

It is to be read and run elsewhere: one file, the networks spelled out layer by layer, nothing
of ours imported. TensorFlow is not needed to write it.
"""

from gan_core.jobs.script.compose import program

__all__ = ["program"]
