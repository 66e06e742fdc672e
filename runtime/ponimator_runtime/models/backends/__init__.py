"""What runs a network's graphs: ONNX Runtime, OpenVINO or engines of TensorRT; none of them knows what they mean."""
