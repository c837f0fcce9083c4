"""Failures provoked on purpose, and healthy runs: what the diagnosis says of each."""
