"""The doctor says what it finds, and for everything that is wrong what to do about it."""

import shutil
import socket
import threading
from pathlib import Path

import onnxruntime
import pytest
import zmq

from ponimator_runtime.commands import doctor, machine
from ponimator_runtime.commands.doctor import runtimes_finding
from ponimator_runtime.commands.machine import ClockFigures
from ponimator_runtime.models.bundle import embedded_folder
from ponimator_runtime.wire import PROTOCOL, HelloOk, Limits, ModelInfo, Ping, Pong, decode_request, encode

LITE = embedded_folder() / "lite"
NO_PORTS = ["--control", "tcp://127.0.0.1:0", "--stream", "tcp://127.0.0.1:0"]
GOOD_CLOCK = ClockFigures(resolution_s=1e-9, sleep_overshoot_s=(1e-4,) * 3, poll_overshoot_s=(1e-4,) * 3)
needs_no_gpu = pytest.mark.skipif(
    "CUDAExecutionProvider" in onnxruntime.get_available_providers(), reason="this ONNX Runtime has CUDA"
)


@pytest.fixture
def quick(monkeypatch):
    """The doctor on a machine with a good clock, on which a window takes as long as the test says."""
    times_s = [0.1]

    def measured(run):
        run()
        return times_s[-1]

    monkeypatch.setattr(doctor, "_median_s", measured)
    monkeypatch.setattr(machine, "clock_figures", lambda: GOOD_CLOCK)
    return times_s


@pytest.fixture
def taken():
    """A port that another program listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def answering():
    """The endpoint of something that says hello as a server does, with a stream at the port of `.stream`."""
    context = zmq.Context()
    router, stream = context.socket(zmq.ROUTER), context.socket(zmq.XPUB)
    router.linger = stream.linger = 0
    control_port = router.bind_to_random_port("tcp://127.0.0.1")
    stream_port = stream.bind_to_random_port("tcp://127.0.0.1")
    stop = threading.Event()

    def answer():
        while not stop.is_set():
            if not router.poll(20):
                continue
            identity, payload = router.recv_multipart()
            request = decode_request(payload)
            if isinstance(request, Ping):
                reply = Pong(request_id=request.request_id, client_time_ns=0, server_receive_ns=0, server_send_ns=0)
            else:
                reply = HelloOk(
                    request_id=request.request_id,
                    protocol=PROTOCOL,
                    server="ponimator 0.1.0",
                    models=(ModelInfo(name="lite", text=True),),
                    limits=Limits(max_sessions=1),
                    stream=f"tcp://127.0.0.1:{stream_port}",
                )
            router.send_multipart([identity, encode(reply)])

    thread = threading.Thread(target=answer)
    thread.start()
    yield f"tcp://127.0.0.1:{control_port}", f"tcp://127.0.0.1:{stream_port}"
    stop.set()
    thread.join()
    router.close()
    stream.close()
    context.term()


def told(capsys):
    """What was printed, by what was looked at: the verdict and the words."""
    lines = capsys.readouterr().out.splitlines()
    return {line[6:18].strip(): (line[:6].strip(), line[18:]) for line in lines}


def test_a_sound_installation(quick, capsys):
    assert doctor.main(NO_PORTS) == 0
    found = told(capsys)
    assert {verdict for verdict, _ in found.values()} == {"ok"}
    assert "onnxruntime alone" in found["onnx"][1]
    assert found["bundle"][1] == "'lite' (fp32), 8 files as their card says"
    assert "loaded" in found["provider"][1]
    assert "CURVE" in found["zeromq"][1]
    for profile in ("low_latency", "balanced", "quality"):
        assert found[profile][1] == "a window of 3 s in 100 ms"


def test_a_machine_slower_than_the_motion_plays(quick, capsys):
    quick.append(3.5)
    assert doctor.main(NO_PORTS) == 1
    verdict, words = told(capsys)["quality"]
    assert verdict == "WRONG"
    assert "a window of 3 s in 3500 ms, slower than it plays: name another --provider" in words


@pytest.mark.parametrize(
    ("versions", "words"),
    [
        ({"onnxruntime": "1.32.0", "onnxruntime-gpu": "1.31.1"}, "overwrite each other"),
        ({"numpy": "2.4"}, "no ONNX Runtime is installed: pip install 'ponimator-runtime[cpu]'"),
    ],
)
def test_two_runtimes_and_none(versions, words):
    finding = runtimes_finding(versions)
    assert finding.wrong
    assert words in finding.told


@needs_no_gpu
def test_a_provider_that_cannot_be_had(quick, capsys):
    assert doctor.main([*NO_PORTS, "--provider", "cuda"]) == 1
    verdict, words = told(capsys)["provider"]
    assert verdict == "WRONG"
    assert "extra 'gpu'" in words


@pytest.mark.parametrize("edited", ["animator_step.onnx", "body.npz", "card.json"])
def test_a_bundle_that_was_tampered_with(quick, capsys, tmp_path, edited):
    copy = tmp_path / "lite"
    shutil.copytree(LITE, copy)
    path = copy / edited
    if path.suffix == ".json":
        path.write_text(path.read_text().replace('"sha256": "', '"sha256": "0', 1))
    else:
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    assert doctor.main([*NO_PORTS, "--bundle", str(copy)]) == 1
    found = told(capsys)
    assert found["bundle"][0] == "WRONG"
    assert "SHA-256" in found["bundle"][1] or "sha256" in found["bundle"][1]
    assert "quality" not in found


def test_a_bundle_that_is_not_there(quick, capsys):
    assert doctor.main([*NO_PORTS, "--bundle", "no-such-bundle"]) == 1
    assert "no-such-bundle" in told(capsys)["bundle"][1]


def test_a_port_that_another_program_has(taken):
    control, stream = machine.port_findings(taken, "tcp://127.0.0.1:0")
    assert control.wrong
    assert f"{taken} cannot be bound (address already in use)" in control.told
    assert "stop it, or name another port: ponimator serve --control tcp://127.0.0.1:0" in control.told
    assert not stream.wrong


def test_a_busy_port_is_an_exit_code(quick, capsys, taken):
    assert doctor.main(["--control", "tcp://127.0.0.1:0", "--stream", taken]) == 1
    found = told(capsys)
    assert (found["control"][0], found["stream"][0]) == ("ok", "WRONG")
    assert "--stream" in found["stream"][1]


def test_a_server_that_runs_already_is_no_problem(answering):
    control, stream = machine.port_findings(*answering)
    assert (control.wrong, stream.wrong) == (False, False)
    assert control.told.startswith(f"ponimator 0.1.0 serves lite at {answering[0]}")
    assert "another server needs another port" in stream.told


def test_the_stream_port_of_somebody_else_is_a_problem_beside_a_server(answering, taken):
    control, stream = machine.port_findings(answering[0], taken)
    assert not control.wrong
    assert stream.wrong


@pytest.mark.parametrize("endpoint", ["tcp://192.0.2.1:7740", "tcp://nowhere", "here"])
def test_an_endpoint_that_this_machine_does_not_have(endpoint):
    control, _ = machine.port_findings(endpoint, "tcp://127.0.0.1:0")
    assert control.wrong
    assert "name an address of this machine" in control.told


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (ClockFigures(resolution_s=1e-9, sleep_overshoot_s=(0.0, 0.06, 0.07), poll_overshoot_s=(0.0,)), "leave late"),
        (ClockFigures(resolution_s=1e-9, sleep_overshoot_s=(0.0,), poll_overshoot_s=(0.06,)), "leave late"),
        (ClockFigures(resolution_s=0.03, sleep_overshoot_s=(0.0,), poll_overshoot_s=(0.0,)), "too coarse"),
    ],
)
def test_a_clock_that_will_not_do(figures, words):
    finding = machine.clock_finding(figures)
    assert finding.wrong
    assert words in finding.told


def test_a_clock_that_will_do():
    assert not machine.clock_finding(GOOD_CLOCK).wrong
    rarely_late = ClockFigures(resolution_s=1e-9, sleep_overshoot_s=(0.0, 0.0, 0.5), poll_overshoot_s=(0.0,))
    assert not machine.clock_finding(rarely_late).wrong
    windows = ClockFigures(resolution_s=0.015625, sleep_overshoot_s=(0.01,), poll_overshoot_s=(0.01,))
    assert not machine.clock_finding(windows).wrong
    assert "Python 3.13" in machine.clock_finding(windows).told


def test_the_clock_is_measured():
    figures = machine.clock_figures()
    assert 0 < figures.resolution_s < 1
    for overshoot_s in (figures.sleep_overshoot_s, figures.poll_overshoot_s):
        assert list(overshoot_s) == sorted(overshoot_s)
        assert overshoot_s[-1] > -machine._WAIT_S


@pytest.mark.parametrize(
    ("cores", "threads", "wrong", "words"),
    [
        (8, 8, False, "--threads 8"),
        (2, 4, True, "at most --threads 2"),
        (1.5, 2, True, "at most --threads 1"),
        (0.5, 1, True, "give the container a whole one"),
        (1, 1, False, "a second one"),
    ],
)
def test_cores(cores, threads, wrong, words):
    finding = machine.cores_finding(cores, threads)
    assert (finding.wrong, words in finding.told) == (wrong, True)


@pytest.mark.parametrize(("said", "cores"), [("50000 100000\n", 0.5), ("max 100000\n", None), ("", None)])
def test_a_containers_quota_counts(tmp_path: Path, said, cores):
    without = machine.usable_cores(tmp_path)
    assert without >= 1
    (tmp_path / "cpu.max").write_text(said)
    assert machine.usable_cores(tmp_path) == (without if cores is None else cores)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="read from files of Linux only")
def test_memory_is_what_the_container_leaves(tmp_path: Path):
    meminfo = tmp_path / "meminfo"
    meminfo.write_text("MemTotal: 8388608 kB\nMemAvailable:    4194304 kB\n")
    assert machine.available_memory_mib(meminfo, tmp_path) == 4096
    (tmp_path / "memory.max").write_text("1073741824\n")
    (tmp_path / "memory.current").write_text("536870912\n")
    assert machine.available_memory_mib(meminfo, tmp_path) == 512
    (tmp_path / "memory.max").write_text("max\n")
    assert machine.available_memory_mib(meminfo, tmp_path) == 4096
    assert machine.available_memory_mib(tmp_path / "none", tmp_path) is None


def test_memory():
    assert not machine.memory_finding(None).wrong
    assert not machine.memory_finding(machine.NEEDED_MIB).wrong
    finding = machine.memory_finding(100.0)
    assert finding.wrong
    assert "100 MiB are available, a server needs about 512: end other programs" in finding.told


def test_zeromq_without_encryption():
    assert not machine.zeromq_finding("4.3.5", has_curve=True).wrong
    finding = machine.zeromq_finding("4.3.5", has_curve=False)
    assert finding.wrong
    assert "pip install --force-reinstall pyzmq" in finding.told
