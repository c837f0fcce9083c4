"""The only room with TensorFlow: networks, losses, the training step, the loop, the exports."""
