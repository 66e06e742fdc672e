"""The golden playout, clock and frames: what the Python, C# and C++ clients are all held to."""

from __future__ import annotations

import base64
import json
from itertools import pairwise

import numpy as np
import pytest
from tests.contract import make_golden_playout as make

from ponimator_runtime.motion.rotations import matrix_from_quaternion
from ponimator_runtime.wire import Motion, decode_stream

FILES = make.golden_files()
STORED = {name: json.loads((make.GOLDEN / name).read_text(encoding="utf-8")) for name in FILES}
SCENARIOS = {scenario["name"]: scenario["steps"] for scenario in STORED["playout.json"]["scenarios"]}
every_scenario = pytest.mark.parametrize("name", sorted(SCENARIOS))


def alike(stored, made, path=""):
    """Whether both say the same; numbers within what another machine's mathematics may differ by."""
    assert type(stored) is type(made) or {type(stored), type(made)} == {int, float}, path
    if isinstance(stored, dict):
        assert stored.keys() == made.keys(), path
        for key in stored:
            alike(stored[key], made[key], f"{path}/{key}")
    elif isinstance(stored, list):
        assert len(stored) == len(made), path
        for index, (a, b) in enumerate(zip(stored, made, strict=True)):
            alike(a, b, f"{path}/{index}")
    elif isinstance(stored, float):
        assert stored == pytest.approx(made, abs=2e-6), path
    elif path.endswith("/message"):
        same_message(decode_stream(base64.b64decode(stored)), decode_stream(base64.b64decode(made)), path)
    else:
        assert stored == made, path


def same_message(stored, made, path):
    for field in Motion.__struct_fields__:
        a, b = getattr(stored, field), getattr(made, field)
        if field in {"rotations", "translations"}:
            np.testing.assert_allclose(np.frombuffer(a, "<f4"), np.frombuffer(b, "<f4"), atol=1e-6, err_msg=path)
        else:
            assert a == b, f"{path}/{field}"


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_files_are_what_the_code_makes(name):
    alike(STORED[name], json.loads(make.as_text(FILES[name])))


def shows(name):
    return [step for step in SCENARIOS[name] if step["do"] == "show"]


def test_together_the_scenarios_show_every_case_and_every_change_between_them():
    changes = {pair for name in SCENARIOS for pair in pairwise(step["state"] for step in shows(name))}
    expected = {("waiting", "playing"), ("playing", "holding"), ("holding", "playing"), ("playing", "resting")}
    assert expected | {("resting", "playing")} <= changes


def test_together_the_scenarios_count_everything():
    last = [shows(name)[-1]["counters"] for name in SCENARIOS]
    assert {counter for counters in last for counter in counters if counters[counter]} >= {
        "blocks", "doubles", "gaps", "late_frames", "holds", "held_s", "delay_s", "jitter_s",
    }  # fmt: skip


@every_scenario
def test_quaternions_have_unit_length(name):
    rotations = np.array([step["rotations"] for step in shows(name) if step["state"] != "waiting"])
    assert np.abs(np.linalg.norm(rotations, axis=-1) - 1).max() < 1e-5


def test_each_frame_s_own_chain_of_joints_leads_to_its_own_joints():
    body = STORED["frames.json"]["body"]
    for frame, unit in (("canonical", 1.0), ("unity", 1.0), ("unreal", 100.0)):
        rest, joints, translation = (
            np.array([entry[frame] for entry in entries])
            for entries in (body["rest_joints"], body["joints"], [body["translation"]])
        )
        local = matrix_from_quaternion(np.array([entry[frame] for entry in body["local_rotations"]]))
        world = [local[0]]
        positions = [rest[0] + translation[0]]
        for joint, parent in enumerate(body["parents"][1:], start=1):
            positions.append(positions[parent] + world[parent] @ (rest[joint] - rest[parent]))
            world.append(world[parent] @ local[joint])
        np.testing.assert_allclose(positions, joints, atol=2e-5 * unit)
        told = matrix_from_quaternion(np.array([entry[frame] for entry in body["world_rotations"]]))
        np.testing.assert_allclose(world, told, atol=2e-5)


def test_both_engines_are_left_handed():
    """A rotation that takes one axis to the next does so about the mirrored third one."""
    positions = STORED["frames.json"]["positions"][:3]
    for frame, unit in (("canonical", 1.0), ("unity", 1.0), ("unreal", 100.0)):
        x, y, z = (np.array(entry[frame]) / unit for entry in positions)
        assert np.dot(np.cross(x, y), z) == pytest.approx(1.0 if frame == "canonical" else -1.0)


def test_the_clock_never_runs_off_by_more_than_5_ms_a_second():
    steps = STORED["clock.json"]["steps"]
    connections = [index for index, step in enumerate(steps) if step["do"] == "connect"] + [len(steps)]
    for begin, end in pairwise(connections):
        pings = [index for index in range(begin, end) if steps[index]["do"] == "ping"]
        reads = [step for step in steps[pings[7] + 1 : end] if step["do"] == "read"]
        for earlier, later in pairwise(reads):
            passed_ns = later["at_ns"] - earlier["at_ns"]
            assert abs(later["offset_ns"] - earlier["offset_ns"]) <= 0.005 * passed_ns + 2
        # At last it is as good as the quickest way.
        assert abs(reads[-1]["offset_ns"] - reads[-2]["offset_ns"]) == 0
