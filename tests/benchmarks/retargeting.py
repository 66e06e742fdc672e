"""Whether hands still meet and feet still stand on rigs of other proportions than the stream's bodies.

`python tests/benchmarks/retargeting.py` prints JSON; `--table` prints Markdown, `--sheet FILE.png` draws a small and a
large rig that shake hands. Interactions: scripted ones of `ponimator_training`, and the lite model's from texts.

- **contact**: of every hand that touches, in frames in which the stream says contact, the distance of the wrist from
  where it has to be (0 = it touches as in the source). Where that is comes from the source: to another hand the
  source's way between both wrists in the size of the two hands; to another part of the partner the source's place in
  that part's frame in the size of that partner. With several parts touched, the mean of those places. *Before*: body
  and feet only. *After*: with hands. Both against where the partner then is.
- **slide**: how fast a heel (ankle joint) or toe joint goes along the ground between two frames in both of which the
  stream says that it stands. *Before*: the body alone. *After*: all.
"""

from __future__ import annotations

import json
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import tyro
from machine import commit, machine
from retargeting_clips import StreamClip, model_clip, scripted_clip
from retargeting_rigs import PAIRS, rigs_of
from retargeting_sheet import stick_sheet

from ponimator_runtime.motion.retargeting.pair import PairPosed, PairRetargeter, Stage
from ponimator_runtime.motion.retargeting.posing import SourceBody
from ponimator_runtime.motion.retargeting.rig import LIMBS
from ponimator_runtime.motion.retargeting.touching import TouchWeights, hand_goals

SCRIPTED = (
    "handshake", "high_five", "double_high_five", "fist_bump", "hold_hands", "lead_by_hand", "pull_up", "hug",
    "shoulder_pat", "arm_round_shoulder",
)  # fmt: skip
FROM_TEXT = (0, 2, 8, 1, 7)
"""Seeds of `model_clip`: shake hands, high five, hold hands, hug, pat on the shoulder."""
ON_BODY = ("hug", "shoulder_pat", "arm_round_shoulder", "two people hug", "one person pats the other on the shoulder")
"""Interactions in which hands touch other parts than hands."""
MEASURED = ("contact_cm_before", "contact_cm_after", "slide_cm_s_before", "slide_cm_s_after")
_CM = 100.0
_SIDES = _PERSONS = range(2)


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Measure retargeting.

    Attributes:
        table: Print Markdown instead of JSON.
        sheet: Draw a contact sheet of small and large shaking hands, and measure nothing.
        workers: Processes.
    """

    table: bool = False
    sheet: Path | None = None
    workers: int = 1


def main() -> None:
    """Measures, or draws."""
    settings = tyro.cli(Settings)
    if settings.sheet is not None:
        draw(settings.sheet)
        return
    context = get_context("spawn")
    with ProcessPoolExecutor(settings.workers, mp_context=context) as pool:
        rows = [row for of_interaction in pool.map(measure, (*SCRIPTED, *FROM_TEXT)) for row in of_interaction]
    if settings.table:
        print(table(rows))
    else:
        told = [{key: summary(value) if key in MEASURED else value for key, value in row.items()} for row in rows]
        print(json.dumps({"machine": machine(), "commit": commit(), "rows": told}, indent=1))


def measure(what: str | int) -> list[dict[str, Any]]:
    """One interaction, scripted or by the model, on all pairs."""
    clip = scripted_clip(what) if isinstance(what, str) else model_clip(what)
    source = "script" if isinstance(what, str) else "lite"
    rows = []
    for pair in PAIRS:
        body, feet, hands = (followed(clip, pair, stage) for stage in Stage)
        rows.append(
            {
                "interaction": clip.name, "source": source, "pair": " + ".join(pair),
                "contact_cm_before": contact_cm(clip, feet), "contact_cm_after": contact_cm(clip, hands),
                "slide_cm_s_before": slide_cm_s(clip, body), "slide_cm_s_after": slide_cm_s(clip, hands),
            }
        )  # fmt: skip
    return rows


def followed(clip: StreamClip, pair: tuple[str, str], stage: Stage) -> list[PairPosed]:
    """A clip on a pair of rigs."""
    retargeter = PairRetargeter(rigs_of(pair, clip.rest_joints), stage=stage)
    return [retargeter.follow(clip.frame(index), 1 / clip.rate_hz) for index in range(clip.frame_count)]


def contact_cm(clip: StreamClip, poses: list[PairPosed]) -> list[float]:
    """Of every touching hand in every frame of contact."""
    distances = []
    for index, both in enumerate(poses):
        frame = clip.frame(index)
        touches = [touch for touch in frame.touches if touch.weight == 1.0]
        sources = [
            SourceBody.of_frame(frame.rotations_xyzw[p], frame.translations[p], clip.rest_joints[p]) for p in _PERSONS
        ]
        goals = hand_goals(both.bodies, both.bodies, sources, TouchWeights().step(touches, 0.0))
        for (person, side), goal in goals.items():
            distances.append(_CM * float(np.linalg.norm(goal.place - both.bodies[person].joint(LIMBS[2 + side][2]))))
    return distances


def slide_cm_s(clip: StreamClip, poses: list[PairPosed]) -> list[float]:
    """Of every heel and toe between frames in which it stands."""
    speeds = []
    for person in _PERSONS:
        for side in _SIDES:
            ends = np.array([_heel_and_toe(both, person, side) for both in poses])
            stands = clip.foot_contacts[person, :, 2 * side : 2 * side + 2]
            for (before, stood), (now, stands_now) in pairwise(zip(ends, stands, strict=True)):
                moved = _CM * clip.rate_hz * np.linalg.norm((now - before)[:, [0, 2]], axis=1)
                speeds += moved[stood & stands_now].tolist()
    return speeds


def _heel_and_toe(both: PairPosed, person: int, side: int) -> np.ndarray:
    body = both.bodies[person]
    bone = body.fitted.bones[LIMBS[side][2]]
    ankle = body.positions[bone]
    return np.array([ankle, ankle + body.rotations[bone] @ body.fitted.toes[side]])


def table(rows: list[dict[str, Any]]) -> str:
    """Markdown: for each pair hands that meet hands, hands that touch other parts, and feet of all together."""
    lines = [
        "| rigs | hand to hand before, cm | after | hand to body before, cm | after | slide before, cm/s | after |",
        "|---|---|---|---|---|---|---|",
    ]
    for pair in dict.fromkeys(row["pair"] for row in rows):
        of_pair = [row for row in rows if row["pair"] == pair]
        on_body = [row for row in of_pair if row["interaction"] in ON_BODY]
        of_hands = [row for row in of_pair if row["interaction"] not in ON_BODY]
        before, after, slide_before, slide_after = MEASURED
        chosen = (
            (of_hands, before), (of_hands, after), (on_body, before), (on_body, after), (of_pair, slide_before),
            (of_pair, slide_after),
        )  # fmt: skip
        cells = [_cell([value for row in group for value in row[key]]) for group, key in chosen]
        lines.append(f"| {pair} | {' | '.join(cells)} |")
    return "\n".join(lines)


def summary(values: list[float]) -> dict[str, float]:
    """Count, mean, 95th percentile, worst."""
    if not values:
        return {"count": 0}
    return {
        "count": len(values),
        "mean": float(np.mean(values)),
        "p95": float(np.quantile(values, 0.95)),
        "worst": max(values),
    }


def _cell(values: list[float]) -> str:
    told = summary(values)
    return f"{told['mean']:.2f} / {told['p95']:.2f} / {told['worst']:.2f}" if values else "no contact"


def draw(path: Path) -> None:
    """Small and large shake hands: the source, the body alone, and with hands."""
    clip = scripted_clip("handshake")
    first = clip.contacts[0]
    instants = [first.start - 9, first.start - 4, first.start, (first.start + first.stop) // 2, first.stop + 3]
    rows = [("source", followed(clip, ("same", "same"), Stage.BODY))]
    rows += [(stage.value, followed(clip, ("small", "large"), stage)) for stage in (Stage.BODY, Stage.HANDS)]
    apart = clip.translations[1, first.start] - clip.translations[0, first.start]
    sheet = stick_sheet(
        [(title, [poses[index] for index in instants]) for title, poses in rows],
        [index / clip.rate_hz for index in instants],
        camera_yaw_rad=float(np.arctan2(apart[0], apart[2])),
    )
    sheet.save(path)


if __name__ == "__main__":
    main()
