"""How an engine is run: what goes in and out, what stays on the device, and what is waited for; on a made device."""

import gc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.made_engines import ENTRY, Engine, LateDevice, package_of

from ponimator_runtime.errors import CardMismatch, ModelError, ProviderUnavailable, ShapeError
from ponimator_runtime.models.backends.engine import EngineGraph
from ponimator_runtime.models.backends.engine_memory import new_buffer

MOST = 8
WIDE = 64  # float32s that fill a whole alignment


def condition(noisy: np.ndarray, timestep: np.ndarray) -> dict[str, np.ndarray]:
    return {"table": noisy[None] + timestep[:, None, None].astype(np.float32), "constant": 3 * noisy}


def step(noisy: np.ndarray, row: np.ndarray, constant: np.ndarray) -> dict[str, np.ndarray]:
    return {"clean": noisy / 2 + row * constant}


def graph_of(tmp_path, device: LateDevice, function, *, width: int = WIDE) -> EngineGraph:
    rows, float32 = ((-1, width), np.float32), np.float32
    inputs = dict.fromkeys(("noisy", "row", "constant"), rows)
    outputs = {"clean": rows}
    if function is condition:
        inputs = {"noisy": rows, "timestep": ((-1,), np.int64)}
        outputs = {"table": ((-1, -1, width), float32), "constant": rows}
    engine = Engine(device, function, inputs, outputs, most=MOST)
    path = tmp_path / ENTRY.file
    path.write_bytes(b"an engine")
    return EngineGraph(path, tuple(inputs), tuple(outputs), entry=ENTRY, device=device, tensorrt=package_of(engine))


def rows_of(count: int, seed: int = 0, width: int = WIDE) -> np.ndarray:
    return np.random.default_rng([seed, count]).normal(size=(count, width)).astype(np.float32)


@given(st.lists(st.integers(1, MOST), min_size=1, max_size=6))
def test_host_arrays_go_in_and_come_out_whatever_was_called_before(tmp_path_factory, counts):
    device = LateDevice()
    graph = graph_of(tmp_path_factory.mktemp("engine"), device, step)
    for seed, count in enumerate(counts):
        values = tuple(rows_of(count, 3 * seed + place) for place in range(3))
        (clean,) = graph(*values)
        np.testing.assert_array_equal(clean, step(*values)["clean"])
    grown = 1 + sum(count > max(counts[:place]) for place, count in enumerate(counts) if place)
    assert device.done.count("allocate") == 4 * grown  # three inputs and an output


def test_answers_are_the_callers_own(tmp_path):
    graph = graph_of(tmp_path, LateDevice(), step)
    values = tuple(rows_of(2, seed) for seed in range(3))
    (first,) = graph(*values)
    kept = first.copy()
    graph(*(5 * value for value in values))
    np.testing.assert_array_equal(first, kept)


def test_outputs_come_in_the_order_asked_for_and_inputs_in_their_own_kind(tmp_path):
    graph = graph_of(tmp_path, LateDevice(), condition)
    noisy = rows_of(3)
    table, constant = graph(noisy.astype(np.float64), np.array([7, 5], np.int32))
    expected = condition(noisy, np.array([7, 5]))
    np.testing.assert_array_equal(table, expected["table"])
    np.testing.assert_array_equal(constant, expected["constant"])


def test_sizes_leave_out_what_is_free(tmp_path):
    graph = graph_of(tmp_path, LateDevice(), condition)
    assert graph.input_sizes("noisy") == graph.output_sizes("table") == (WIDE,)
    assert graph.input_sizes("timestep") == ()


@pytest.mark.parametrize("shape", [(MOST + 1, WIDE), (0, WIDE), (2, WIDE + 1), (2, WIDE, 1)])
def test_shapes_that_it_was_not_built_for_are_refused_and_the_next_call_works(tmp_path, shape):
    device = LateDevice()
    graph = graph_of(tmp_path, device, step)
    with pytest.raises(ShapeError, match=rf"noisy of shapes from \(1, {WIDE}\) to \({MOST}, {WIDE}\), got "):
        graph(*(np.zeros(shape, np.float32) for _ in range(3)))
    assert device.done == []  # no memory was taken for it
    values = tuple(rows_of(2, seed) for seed in range(3))
    np.testing.assert_array_equal(graph(*values)[0], step(*values)["clean"])


@pytest.mark.parametrize(("width", "copies"), [(WIDE, False), (5, True)])
def test_a_loop_on_the_device_is_the_loop_on_the_host(tmp_path, width, copies):
    device, K, B = LateDevice(), 4, 3
    prepare, advance = (graph_of(tmp_path, device, function, width=width) for function in (condition, step))
    noisy, timestep = rows_of(B, width=width), np.arange(K)[::-1].astype(np.int64)
    first, times = prepare.buffer((B, width), np.float32), prepare.buffer((K,), np.int64)
    table, constant = prepare.buffer((K, B, width), np.float32), prepare.buffer((B, width), np.float32)
    latent = [advance.buffer((B, width), np.float32) for _ in range(2)]
    calls = [prepare.bound({"noisy": first, "timestep": times}, {"table": table, "constant": constant})]
    calls += [
        advance.bound(
            {"noisy": latent[k % 2], "row": table.row(k), "constant": constant}, {"clean": latent[(k + 1) % 2]}
        )
        for k in range(K)
    ]
    for _ in range(2):  # the same memory, again
        for buffer, values in ((first, noisy), (latent[0], noisy), (times, timestep)):
            buffer.upload(values)
        device.done.clear()
        for call in calls:
            call()
        assert set(device.done) == ({"execute", "copy"} if copies else {"execute"})
        looped = latent[K % 2].download()
        expected, made = noisy, condition(noisy, timestep)
        for row in made["table"]:
            expected = step(expected, row, made["constant"])["clean"]
        np.testing.assert_array_equal(looped, expected)


def test_a_call_is_bound_to_arrays_of_its_own_shapes_and_kinds_only(tmp_path):
    graph = graph_of(tmp_path, LateDevice(), step)

    def bound(noisy=(2, WIDE), clean=(2, WIDE), kind=np.float32):
        inputs = {name: graph.buffer((2, WIDE), np.float32) for name in ("row", "constant")}
        return graph.bound({"noisy": graph.buffer(noisy, kind), **inputs}, {"clean": graph.buffer(clean, np.float32)})

    bound()
    with pytest.raises(ShapeError, match=rf"clean of shape \(2, {WIDE}\), bound to \(3, {WIDE}\)"):
        bound(clean=(3, WIDE))
    with pytest.raises(ShapeError, match="noisy in float32, bound to float64"):
        bound(kind=np.float64)
    with pytest.raises(ShapeError, match="got"):
        bound(noisy=(MOST + 1, WIDE))


def test_an_output_begins_where_the_gpu_can_write(tmp_path):
    graph = graph_of(tmp_path, LateDevice(), step, width=5)
    inputs = {name: graph.buffer((2, 5), np.float32) for name in ("noisy", "row", "constant")}
    outputs = graph.buffer((2, 2, 5), np.float32)
    graph.bound(inputs, {"clean": outputs.row(0)})
    with pytest.raises(ShapeError, match="multiples of 256"):
        graph.bound(inputs, {"clean": outputs.row(1)})


def test_what_was_uploaded_may_change_before_the_gpu_has_read_it(tmp_path):
    device = LateDevice()
    graph = graph_of(tmp_path, device, step)
    values = rows_of(2)
    inputs = {name: graph.buffer((2, WIDE), np.float32) for name in ("noisy", "row", "constant")}
    outputs = [graph.buffer((2, WIDE), np.float32) for _ in range(3)]
    for factor, output in enumerate(outputs):
        for buffer in inputs.values():
            sent = factor * values
            buffer.upload(sent)
            sent[:] = np.nan
        graph.bound(inputs, {"clean": output})()
    for factor, output in enumerate(outputs):
        np.testing.assert_array_equal(output.download(), step(*[factor * values] * 3)["clean"])


def test_rows_are_parts_of_the_whole():
    buffer = new_buffer(LateDevice(), (3, 2, 4), np.float32)
    values = np.arange(24, dtype=np.float32).reshape(3, 2, 4)
    buffer.upload(values)
    buffer.row(1).row(0).upload(np.full(4, -1, np.float32))
    values[1, 0] = -1
    np.testing.assert_array_equal(buffer.download(), values)
    np.testing.assert_array_equal(buffer.row(2).download(), values[2])
    for index in (-1, 3):
        with pytest.raises(ShapeError, match=rf"no row {index}"):
            buffer.row(index)
    for wrong in (values[:2], values.astype(np.float64)):
        with pytest.raises(ShapeError, match="got shape"):
            buffer.upload(wrong)


def test_memory_is_given_back_with_the_last_that_uses_it(tmp_path):
    device = LateDevice()
    graph = graph_of(tmp_path, device, step)
    graph(*(rows_of(2, seed) for seed in range(3)))
    row = new_buffer(device, (2, 3), np.float32).row(1)
    row.upload(np.ones(3, np.float32))
    np.testing.assert_array_equal(row.download(), np.ones(3))  # its whole is gone, its memory is not
    del graph, row
    gc.collect()
    assert device.live == {}


def test_what_the_gpu_says_stands_in_the_error(tmp_path):
    device = LateDevice()
    engine = Engine(device, step, {"noisy": ((-1, 4), np.float32)}, {"clean": ((-1, 4), np.float32)}, most=MOST)
    engine.function = lambda noisy: {"clean": noisy}
    path = tmp_path / ENTRY.file
    path.write_bytes(b"an engine")
    parts = {"entry": ENTRY, "device": device, "tensorrt": package_of(engine)}
    graph = EngineGraph(path, ("noisy",), ("clean",), **parts)
    engine.fails = True
    with pytest.raises(
        ModelError, match=r"step\.ampere\.engine \(tensorrt_rtx 1\.7\.1\.116, ampere\).*the lamp is out\. "
    ):
        graph(np.zeros((1, 4), np.float32))
    with pytest.raises(CardMismatch, match="inputs noisy; expected loud"):
        EngineGraph(path, ("loud",), ("clean",), **parts)
    with pytest.raises(CardMismatch, match="outputs clean; expected clean, more"):
        EngineGraph(path, ("noisy",), ("clean", "more"), **parts)
    with pytest.raises(ProviderUnavailable, match=r"cannot be loaded: wrong magic\. Build it again.*--tensorrt ampere"):
        EngineGraph(path, ("noisy",), ("clean",), **{**parts, "tensorrt": package_of(None)})
