"""Figures about a run, from numbers and images; NumPy alone."""
