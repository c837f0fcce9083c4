"""A network's layers and weights in forms that other machines read: browsers, ONNX runtimes."""
