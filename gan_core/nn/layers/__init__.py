"""Layers that Keras does not have, and faster ways to compute some that it has."""
