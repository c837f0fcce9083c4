"""What is happening in a run: signals in, plain sentences out."""
