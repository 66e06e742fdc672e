"""Writes the golden files of playout, clock and frames; run by hand when what every plugin does is changed.

python -m tests.contract.make_golden_playout
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
from tests.contract.made_playout import Ran, Scenario, run, scenarios

from ponimator_runtime.client.clock import ServerClock
from ponimator_runtime.motion import frames
from ponimator_runtime.motion.kinematics import positions_from_world_rotations, world_rotations
from ponimator_runtime.motion.rotations import (
    matrix_from_quaternion,
    quaternion_from_axis_angle,
    quaternion_from_matrix,
)
from ponimator_runtime.motion.skeleton import PARENTS
from ponimator_runtime.wire import encode

GOLDEN = Path(__file__).parent / "golden"
JOINTS = (0, 2, 15, 18, 21, 54)
"""Of which rotations stand in playout.json."""
_DIGITS = 6
_TOLERANCES = {"translation_m": 1e-5, "quaternion": 1e-5, "place": 1e-6, "seconds": 1e-9}
_OFF_A_WHOLE_FRAME = 1e-4
EPOCH_NS = 5_000_000_000_000


def playout_golden() -> dict[str, Any]:
    """All scenarios as playout.json tells them."""
    return {
        "joints": list(JOINTS),
        "tolerances": _TOLERANCES,
        "scenarios": [_told(name, scenario) for name, scenario in scenarios().items()],
    }


def _told(name: str, scenario: Scenario) -> dict[str, Any]:
    return {"name": name, "about": scenario.about, "steps": [_step(ran) for ran in run(scenario)]}


def _step(ran: Ran) -> dict[str, Any]:
    if ran.step.block is not None:
        missing = None if ran.missing is None else [ran.missing.start, ran.missing.stop]
        message = base64.b64encode(encode(ran.step.block)).decode()
        return {"do": "add", "at_ns": ran.step.at_ns, "missing": missing, "message": message}
    if ran.shown is None:
        return {"do": "subscribe", "at_ns": ran.step.at_ns}
    shown, pose = ran.shown, ran.shown.pose
    told: dict[str, Any] = {"do": "show", "at_ns": ran.step.at_ns, "state": str(shown.state), "place": shown.place}
    # Exactly a whole frame is where the place of what rests was kept from going back.
    if shown.place is not None and 0 < abs(shown.place - round(shown.place)) < _OFF_A_WHOLE_FRAME:
        raise ValueError(f"place {shown.place} is too near to a whole frame: rounding would decide what is shown")
    if pose is not None and shown.foot_contacts is not None:
        told["interaction"] = shown.interaction
        told["translations"] = _numbers(pose.translations)
        told["rotations"] = _numbers(pose.rotations_xyzw[:, JOINTS])
        told["foot_contacts"] = shown.foot_contacts.astype(int).tolist()
        told["contacts"] = [
            {"a": c.a, "b": c.b, "touches": c.touches, "starts_in_s": c.starts_in_s, "ended_s": c.ended_s}
            for c in shown.contacts
        ]
    told["counters"] = ran.counters
    return told


def clock_golden() -> dict[str, Any]:
    """A connection's pings and what the offset is between them; then a reconnection."""
    chance = np.random.default_rng(7)
    steps: list[dict[str, Any]] = []
    for connection, offset_ns in enumerate((3_000_000_000_000, -40_000_000)):
        clock = ServerClock()
        steps.append({"do": "connect"})
        begin_ns = EPOCH_NS + connection * 600_000_000_000
        steps.append(_read(clock, begin_ns))
        for ping in range(44):
            sent_ns = begin_ns + (ping * 2_000_000 if ping < 8 else (ping - 7) * 1_000_000_000)
            # Clocks drift apart; the first pings are slow in one direction, a later one is the quickest.
            there_ns, back_ns = (int(ns) for ns in chance.integers(200_000, 9_000_000, 2))
            if ping == 20:
                there_ns, back_ns = 100_000, 110_000
            drifted_ns = offset_ns + ping * 40_000
            receive_ns = sent_ns + there_ns + drifted_ns
            send_ns = receive_ns + 50_000 + 1_000 * ping
            received_ns = send_ns - drifted_ns + back_ns
            times = {
                "sent_ns": sent_ns,
                "server_receive_ns": receive_ns,
                "server_send_ns": send_ns,
                "received_ns": received_ns,
            }
            clock.add(**times)
            steps.append({"do": "ping", **times})
            laters_ns = (0, 137_000_001, 700_000_000) if ping >= 7 else (0,)
            steps.extend(_read(clock, received_ns + later_ns) for later_ns in laters_ns)
    return {"tolerance_ns": 2, "steps": steps}


def _read(clock: ServerClock, at_ns: int) -> dict[str, Any]:
    return {
        "do": "read",
        "at_ns": at_ns,
        "offset_ns": clock.offset_ns(at_ns),
        "round_trip_ns": clock.round_trip_ns,
    }


def frames_golden() -> dict[str, Any]:
    """Positions and rotations in all three frames, and a whole body's joints."""
    chance = np.random.default_rng(3)
    positions = np.concatenate([np.eye(3), chance.uniform(-5, 5, (9, 3))])
    turns = np.concatenate([np.zeros((1, 3)), np.eye(3) * np.pi / 2, -np.eye(3), chance.uniform(-2, 2, (9, 3))])
    quaternions = quaternion_from_axis_angle(turns)
    return {
        "tolerance": 1e-5,
        "positions": _positions(positions),
        "quaternions": _quaternions(quaternions),
        "body": _body_golden(chance),
    }


def _positions(canonical: np.ndarray) -> list[dict[str, Any]]:
    return _in_all_frames(
        canonical, frames.unity_from_canonical_position(canonical), frames.unreal_from_canonical_position(canonical)
    )


def _quaternions(canonical: np.ndarray) -> list[dict[str, Any]]:
    return _in_all_frames(
        canonical,
        frames.unity_from_canonical_quaternion(canonical),
        frames.unreal_from_canonical_quaternion(canonical),
    )


def _in_all_frames(canonical: np.ndarray, unity: np.ndarray, unreal: np.ndarray) -> list[dict[str, Any]]:
    triples = zip(canonical, unity, unreal, strict=True)
    return [{"canonical": _numbers(c), "unity": _numbers(u), "unreal": _numbers(r)} for c, u, r in triples]


def _body_golden(chance: np.random.Generator) -> dict[str, Any]:
    """A body in a pose: in each frame, its own chain of offsets and local rotations must lead to its own joints."""
    rest_joints = chance.uniform(-1, 1, (55, 3))
    translation = np.array([1.5, 0.25, -2.0])
    local = quaternion_from_axis_angle(chance.uniform(-0.6, 0.6, (55, 3)))
    world = world_rotations(matrix_from_quaternion(local))
    return {
        "parents": list(PARENTS),
        "rest_joints": _positions(rest_joints),
        "translation": _positions(translation[None])[0],
        "local_rotations": _quaternions(local),
        "joints": _positions(positions_from_world_rotations(world, translation, rest_joints)),
        "world_rotations": _quaternions(quaternion_from_matrix(world)),
    }


def _numbers(array: np.ndarray) -> Any:
    return (np.round(array, _DIGITS) + 0.0).tolist()


def golden_files() -> dict[str, dict[str, Any]]:
    """Every file by its name."""
    return {"playout.json": playout_golden(), "clock.json": clock_golden(), "frames.json": frames_golden()}


def main() -> None:
    """Writes them."""
    for name, content in golden_files().items():
        (GOLDEN / name).write_text(as_text(content), encoding="utf-8")


def as_text(content: dict[str, Any]) -> str:
    """JSON with an object of the longest list a line, so that a change shows where it is."""
    lines = []
    for key, value in content.items():
        lists = isinstance(value, list) and value and isinstance(value[0], dict)
        told = _listed(value) if lists else json.dumps(value, ensure_ascii=False)
        lines.append(f"{json.dumps(key)}: {told}")
    return "{" + ",\n".join(lines) + "}\n"


def _listed(entries: list[dict[str, Any]]) -> str:
    told = []
    for entry in entries:
        if "steps" in entry:
            rest = json.dumps({key: value for key, value in entry.items() if key != "steps"}, ensure_ascii=False)
            told.append(rest[:-1] + ', "steps": ' + _listed(entry["steps"]) + "}")
        else:
            told.append(json.dumps(entry, ensure_ascii=False))
    return "[\n" + ",\n".join(told) + "]"


if __name__ == "__main__":
    main()
