"""From text to unit vectors: the only room that names onnx, onnxruntime and tokenizers.

- `model`: the folder a model lives in, its manifest and checksums;
- `encoder`: the encoder that import and recall run;
- `session`: onnxruntime behind a typed door;
- `prepare`: makes the default model's folder from its installed package, once;
- `graph`: the default model as an ONNX graph, with its weights in int8.

`encoder` needs neither `prepare` nor `graph`, so that a recall does not pay for importing onnx.
"""
