"""The systems one can train: one file each."""
