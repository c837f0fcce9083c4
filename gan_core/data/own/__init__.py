"""Somebody's own pictures: a folder, a zip or an array becomes a prepared set.

What comes in is hostile until shown otherwise. It is read by `python -m gan_core.data.own`, a
process with limits, and what that leaves behind is a `gan_core.data.prepared` folder.
"""
