"""Points of the latent space and the ways between them, in NumPy alone."""
