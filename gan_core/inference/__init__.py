"""A snapshot's networks without TensorFlow: onnxruntime in the page's own process."""
