"""The browser's arithmetic: C, and what is compiled from it."""
