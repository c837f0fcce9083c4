"""Run directories: their layout, their files, and readers that survive anything."""
