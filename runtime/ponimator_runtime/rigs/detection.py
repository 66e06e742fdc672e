"""Which preset fits a rig best, or what else is proposed for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ponimator_runtime.motion.retargeting.proposal import Proposal, propose_map, rated_map
from ponimator_runtime.motion.retargeting.rig import RigMap
from ponimator_runtime.rigs.map_file import PRESET_NAMES, load_preset

PROPOSED = "proposed"
"""The name of what is no preset."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BestMap:
    """The best map that is known for a rig.

    Attributes:
        name: of the preset, or `PROPOSED`.
        proposal: the map with the rig's own bone names, its score, and what was not found.
    """

    name: str
    proposal: Proposal


def fitted_preset(preset: RigMap, names: Sequence[str]) -> RigMap:
    """A preset in the rig's own names: what stands before a colon is ignored, joints whose bone is absent left out."""
    by_plain_name: dict[str, str] = {}
    for name in names:
        by_plain_name.setdefault(_plain(name), name)
    return RigMap(
        {joint: by_plain_name[_plain(bone)] for joint, bone in preset.bones.items() if _plain(bone) in by_plain_name}
    )


def best_map(names: Sequence[str], parents: Sequence[int]) -> BestMap:
    """The preset that finds most of the rig's joints; a proposal by name and hierarchy where that finds more."""
    presets = [
        BestMap(name=name, proposal=rated_map(fitted_preset(load_preset(name), names).bones)) for name in PRESET_NAMES
    ]
    proposed = BestMap(name=PROPOSED, proposal=propose_map(names, parents))
    # Of equals the first one: a preset knows what its bones are, a proposal guesses.
    return max([*presets, proposed], key=lambda one: one.proposal.score)


def _plain(name: str) -> str:
    return name.rpartition(":")[2]
