"""Runs in the background: plan, launch, supervise, control, fork, export."""
