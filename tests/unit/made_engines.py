"""A device in the host's memory and a package whose engines are functions, for tests of what runs engines."""

import ctypes
from types import SimpleNamespace

import numpy as np

from ponimator_runtime.models.card import EngineFile

STREAM = 7
ENTRY = EngineFile(
    file="step.ampere.engine",
    graph="step.onnx",
    graph_sha256="0" * 64,
    gpu="ampere",
    capabilities=[80, 86],
    package="tensorrt_rtx",
    version="1.7.1.116",
    most_rows=8,
)


class LateDevice:
    """Does everything at the last moment, like a busy GPU: a caller that forgets to wait reads what was there before.

    Attributes:
        done: what was asked, in order.
        live: arrays behind the addresses that are not given back.
    """

    stream = STREAM

    def __init__(self):
        self.done, self.live, self._queue = [], {}, []

    def allocate(self, size: int) -> int:
        self.done.append("allocate")
        return self._memory(size)

    def free(self, address: int) -> None:
        self._run()
        del self.live[address]

    def allocate_pinned(self, size: int) -> int:
        return self._memory(size)

    def free_pinned(self, address: int) -> None:
        self._run()
        del self.live[address]

    def upload(self, address: int, pinned: int, size: int) -> None:
        self._copy("upload", address, pinned, size)

    def download(self, pinned: int, address: int, size: int) -> None:
        self._copy("download", pinned, address, size)

    def copy(self, target: int, source: int, size: int) -> None:
        self._copy("copy", target, source, size)

    def synchronize(self) -> None:
        self.done.append("wait")
        self._run()

    def begin(self, what: str, work) -> None:
        self.done.append(what)
        self._queue.append(work)

    def array(self, address: int, shape: tuple[int, ...], dtype) -> np.ndarray:
        """What lies at an address, which must be given out."""
        size = int(np.prod(shape)) * np.dtype(dtype).itemsize
        assert any(start <= address and address + size <= start + len(held) for start, (held, _) in self.live.items())
        return np.frombuffer((ctypes.c_uint8 * size).from_address(address), dtype=dtype).reshape(shape)

    def _copy(self, what: str, target: int, source: int, size: int) -> None:
        def work() -> None:
            self.array(target, (size,), np.uint8)[:] = self.array(source, (size,), np.uint8)

        self.begin(what, work)

    def _run(self) -> None:
        queue, self._queue = self._queue, []
        for work in queue:
            work()

    def _memory(self, size: int) -> int:
        whole = np.full(size + 256, 0xFF, np.uint8)  # NaN, until something is written
        start = -whole.ctypes.data % 256
        address = whole.ctypes.data + start
        self.live[address] = whole[start : start + size], whole
        return address


class _Severity:
    INTERNAL_ERROR, ERROR, WARNING = range(3)


class _Logger:
    Severity = _Severity

    def __init__(self):
        pass


class Engine:
    """A function of named arrays as an engine; free sizes are -1, and lie between 1 and `most`."""

    def __init__(self, device: LateDevice, function, inputs: dict, outputs: dict, *, most: int, log=None):
        self.device, self.function, self.most, self.log = device, function, most, log
        self.tensors = {**inputs, **outputs}
        self.inputs, self.outputs = inputs, outputs
        self.num_io_tensors = len(self.tensors)
        self.fails = False

    def get_tensor_name(self, place: int) -> str:
        return list(self.tensors)[::-1][place]  # in no order that one may rely on

    def get_tensor_mode(self, name: str) -> str:
        return "input" if name in self.inputs else "output"

    def get_tensor_dtype(self, name: str):
        return self.tensors[name][1]

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.tensors[name][0]

    def get_tensor_profile_shape(self, name: str, profile: int):
        shape = self.tensors[name][0]
        return [[limit if size < 0 else size for size in shape] for limit in (1, 1, self.most)]

    def create_execution_context(self):
        return _Context(self)


class _Context:
    def __init__(self, engine: Engine):
        self.engine, self.shapes, self.addresses = engine, {}, {}

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        self.shapes[name] = shape
        return True

    def infer_shapes(self) -> list[str]:
        return [name for name in self.engine.inputs if name not in self.shapes]

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        zeros = {key: np.zeros(shape, self.engine.tensors[key][1]) for key, shape in self.shapes.items()}
        return self.engine.function(**zeros)[name].shape

    def set_tensor_address(self, name: str, address: int) -> bool:
        assert address % 256 == 0
        self.addresses[name] = address
        return True

    def execute_async_v3(self, stream: int) -> bool:
        assert stream == STREAM
        engine, shapes, addresses = self.engine, dict(self.shapes), dict(self.addresses)
        if engine.fails:
            engine.log.log(_Severity.WARNING, "nothing of importance")
            engine.log.log(_Severity.ERROR, "the lamp is out.\nin cave.cpp:12")
            return False
        results = {name: self.get_tensor_shape(name) for name in engine.outputs}

        def work() -> None:
            given = {
                name: engine.device.array(addresses[name], shape, engine.tensors[name][1])
                for name, shape in shapes.items()
            }
            for name, value in engine.function(**given).items():
                engine.device.array(addresses[name], results[name], engine.tensors[name][1])[...] = value

        engine.device.begin("execute", work)
        return True


def package_of(engine: Engine | None) -> SimpleNamespace:
    """A package that reads this engine from any file, or none where it is None."""

    class Runtime:
        def __init__(self, log):
            self.log = log

        def deserialize_cuda_engine(self, content: bytes):
            if engine is None:
                self.log.log(_Severity.ERROR, "wrong magic")
                return None
            engine.log = self.log
            return engine

    return SimpleNamespace(
        ILogger=_Logger, Runtime=Runtime, TensorIOMode=SimpleNamespace(INPUT="input"), nptype=lambda dtype: dtype
    )
