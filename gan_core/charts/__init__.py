"""Records in, chart or picture out."""
