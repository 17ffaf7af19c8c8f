"""A typed door to onnxruntime, which has no types: an ONNX model on one CPU thread."""

from pathlib import Path
from typing import Any, cast

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from cuegraph.embed.model import PREPARE_HINT
from cuegraph.errors import ModelError

_RUNTIME = cast("Any", onnxruntime)
_STATE = _RUNTIME.capi.onnxruntime_pybind11_state
# They have no common parent below Exception. TypeError and ValueError come from its Python layer,
# for inputs that the model does not have or in another number of dimensions.
_FAULTS: tuple[type[Exception], ...] = (
    _STATE.Fail,
    _STATE.InvalidArgument,
    _STATE.InvalidGraph,
    _STATE.InvalidProtobuf,
    _STATE.NoModel,
    _STATE.NotImplemented,
    _STATE.RuntimeException,
    TypeError,
    ValueError,
)


class Session:
    """A loaded model; `inputs` are the names that it takes. Raises ModelError where it is unfit."""

    def __init__(self, content: bytes, path: Path) -> None:
        # Builds for Windows report events to the system by default.
        _RUNTIME.disable_telemetry_events()
        try:
            session = _RUNTIME.InferenceSession(
                content, sess_options=_options(), providers=["CPUExecutionProvider"]
            )
        except _FAULTS as cause:
            raise unfit(path, f"onnxruntime cannot load it ({first_line(cause)})") from cause
        self.inputs: list[str] = [item.name for item in session.get_inputs()]
        self._session = session
        self._path = path

    def run(self, values: dict[str, NDArray[np.int64]]) -> NDArray[np.float32]:
        """The model's first output for these inputs."""
        try:
            outputs = self._session.run(None, values)
        except _FAULTS as cause:
            raise unfit(self._path, f"onnxruntime cannot run it ({first_line(cause)})") from cause
        return np.asarray(outputs[0], np.float32)


def unfit(path: Path, reason: str) -> ModelError:
    """A file that is whole but not what an encoder can use."""
    return ModelError(f"Unfit model file {path}: {reason}.", hint=PREPARE_HINT)


def first_line(cause: Exception) -> str:
    """The start of what a library says, fit for a one-line message."""
    return str(cause).partition("\n")[0][:200]


def _options() -> object:
    options = _RUNTIME.SessionOptions()
    # Two threads were slower than one on two cores; work is spread over processes instead.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = _RUNTIME.ExecutionMode.ORT_SEQUENTIAL
    options.use_deterministic_compute = True
    options.log_severity_level = 4  # fatal: it writes to stderr, and errors are raised as well
    return options
