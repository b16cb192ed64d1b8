"""Loading models: the embedded ones (ONNX Runtime) and those of the hub (transformers)."""
