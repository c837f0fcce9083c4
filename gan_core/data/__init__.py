"""Data sets: their names, what a learner should know of them, and their arrays.

>>> info = prepare("digits", data_dir)
>>> load(info, data_dir).train_images.shape
(5000, 28, 28, 1)
"""

from gan_core.data.catalogue import describe, load, names, prepare, preview
from gan_core.data.folder import default_data_dir
from gan_core.data.values import Dataset, DatasetCard, Progress

__all__ = [
    "Dataset",
    "DatasetCard",
    "Progress",
    "default_data_dir",
    "describe",
    "load",
    "names",
    "prepare",
    "preview",
]
