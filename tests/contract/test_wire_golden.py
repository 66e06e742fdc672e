"""The golden bytes: what the Python, C# and C++ readers all rely on."""

from __future__ import annotations

import base64
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import msgpack
import numpy as np
import pytest

from ponimator_runtime import wire
from ponimator_runtime.motion import skeleton as motion_skeleton
from ponimator_runtime.wire import limits, version
from ponimator_runtime.wire.messages import ClientMessage, StreamMessage
from ponimator_runtime.wire.replies import ServerReply

HERE = Path(__file__).parent
GOLDEN = HERE / "golden"
PROTOCOL_PAGE = HERE.parents[1] / "docs" / "protocol.md"
EXPECTED = json.loads((GOLDEN / "expected.json").read_text(encoding="utf-8"))


def _make_golden() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_golden", HERE / "make_golden.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make_golden = _make_golden()
MESSAGES = make_golden.golden_messages()
DECODERS = {
    struct.__struct_config__.tag: decode
    for union, decode in (
        (ClientMessage, wire.decode_request),
        (ServerReply, wire.decode_reply),
        (StreamMessage, wire.decode_stream),
    )
    for struct in union.__args__
}
every_type = pytest.mark.parametrize("message_type", sorted(DECODERS))


def _golden_bytes(message_type: str) -> bytes:
    return (GOLDEN / f"{message_type}.msgpack").read_bytes()


def test_every_message_type_has_a_golden_file_and_no_other_file_is_there():
    assert {path.stem for path in GOLDEN.glob("*.msgpack")} == set(DECODERS) == set(EXPECTED) == set(MESSAGES)


@every_type
def test_golden_bytes_decode_to_the_expected_message(message_type):
    assert DECODERS[message_type](_golden_bytes(message_type)) == MESSAGES[message_type]


@every_type
def test_encoding_yields_the_golden_bytes(message_type):
    assert wire.encode(MESSAGES[message_type]) == _golden_bytes(message_type)


@every_type
def test_plain_msgpack_reads_the_expected_values(message_type):
    value = msgpack.unpackb(_golden_bytes(message_type))
    assert value["type"] == message_type
    assert make_golden.as_expected(message_type, value) == EXPECTED[message_type]


@every_type
def test_a_message_with_an_unknown_field_decodes_as_before(message_type):
    value = msgpack.unpackb(_golden_bytes(message_type))
    value["added_later"] = {"deep": [1, b"bytes", None, {"x": 1.5}]}
    assert DECODERS[message_type](msgpack.packb(value)) == MESSAGES[message_type]


@every_type
def test_a_message_with_fields_in_another_order_decodes_as_before(message_type):
    value = msgpack.unpackb(_golden_bytes(message_type))
    packed = msgpack.packb(dict(reversed(value.items())))
    assert DECODERS[message_type](packed) == MESSAGES[message_type]


def _arrays(value: object):
    if isinstance(value, dict):
        if "base64" in value:
            yield value
        for entry in value.values():
            yield from _arrays(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _arrays(entry)


@every_type
def test_expected_arrays_have_the_shape_they_say(message_type):
    for array in _arrays(EXPECTED[message_type]):
        data = base64.b64decode(array["base64"])
        assert np.frombuffer(data, dtype=array["dtype"]).size == np.prod(array["shape"])


def test_golden_motion_reads_as_arrays_with_unit_quaternions():
    motion = wire.decode_stream(_golden_bytes("motion"))
    arrays = wire.motion_arrays(motion)
    assert arrays.rotations.shape == (2, 2, 55, 4)
    assert np.all(np.linalg.norm(arrays.rotations, axis=-1) == 1)
    assert arrays.translations[1, 1].tolist() == [0.625, 0.75, 0.875]
    assert arrays.foot_contacts[0, 0].tolist() == [1, 0, 0, 1]


def test_the_code_list_is_the_protocol_pages_list():
    page = PROTOCOL_PAGE.read_text(encoding="utf-8")
    section = page.split("\n## Errors\n", 1)[1].split("\n## ", 1)[0]
    assert re.findall(r"^\| `(\w+)` \|", section, flags=re.MULTILINE) == list(wire.Code)


def test_the_protocol_page_names_every_message_type_and_field():
    page = PROTOCOL_PAGE.read_text(encoding="utf-8")
    for message_type, value in EXPECTED.items():
        assert f"`{message_type}`" in page
        assert not [field for field in value if f"`{field}`" not in page]


def test_the_protocol_number_has_a_line_of_history():
    source = Path(version.__file__).read_text(encoding="utf-8")
    numbers = [int(number) for number in re.findall(r"^#   (\d+)  ", source, flags=re.MULTILINE)]
    assert numbers == list(range(1, wire.PROTOCOL + 1))
    page = PROTOCOL_PAGE.read_text(encoding="utf-8")
    assert page.startswith(f"# Wire protocol, version {wire.PROTOCOL}\n")


def test_wire_and_motion_agree_on_the_skeleton():
    assert limits.JOINT_COUNT == motion_skeleton.JOINT_COUNT
    assert limits.BODY_JOINT_COUNT == motion_skeleton.BODY_JOINT_COUNT
    assert limits.BETA_COUNT == motion_skeleton.SHAPE_COUNT
    assert EXPECTED["skeleton"]["joints"] == list(motion_skeleton.JOINT_NAMES)
    assert EXPECTED["skeleton"]["parents"] == list(motion_skeleton.PARENTS)


def test_importing_wire_brings_no_other_floor():
    script = (
        "import sys, ponimator_runtime.wire\n"
        "floors = ('motion', 'diffusion', 'models', 'serving')\n"
        "found = [m for m in sys.modules if m in ('zmq', 'onnxruntime', 'torch')"
        " or m in [f'ponimator_runtime.{f}' for f in floors]]\n"
        "sys.exit(str(found) if found else 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
