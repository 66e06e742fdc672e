"""What runs the networks: bundles, their cards, and the graphs. The only place that knows onnxruntime."""
