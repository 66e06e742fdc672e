"""Dresses a body for `make_characters.py`: cuts its mesh along hems, and says what each triangle is made of.

Hems are planes through the bind pose, so that a sleeve ends in a line and not in a staircase of triangles.
"""

from dataclasses import dataclass

import numpy as np

SKIN, HAIR, SHIRT, TROUSERS, SHOES = range(5)
SLEEVE = 0.72
"""Part of the upper arm that the shirt covers."""
WAIST_M, ANKLE_M, NECK = 0.03, 0.02, 0.2
"""Above the hips' joint; above the ankles; part of the way from neck to head."""
PREFIX = "mixamorig:"


@dataclass(frozen=True, kw_only=True, eq=False)
class Mesh:
    """A skinned mesh.

    Attributes:
        vertices: (V, 3) m.
        weights: how much each bone moves each vertex, (V, B).
        faces: (F, 3).
    """

    vertices: np.ndarray
    weights: np.ndarray
    faces: np.ndarray


def dressed(mesh: Mesh, bones: dict[str, np.ndarray]) -> tuple[Mesh, np.ndarray]:
    """The mesh with its hems cut, and the part of each triangle, SKIN to SHOES.

    Args:
        mesh: in the bind pose, Y up, facing +Z.
        bones: their places in the bind pose by name without prefix, in the order of the weights, (3,) m.
    """
    names = list(bones)
    hems = (neck_hem, waist_hem, ankle_hem, sleeve_hem, hair_hem)
    for hem in hems:
        mesh = cut(mesh, hem(mesh.vertices, mesh.weights, names, bones))
    middles = mesh.vertices[mesh.faces].mean(axis=1)
    weights = mesh.weights[mesh.faces].mean(axis=1)
    above = {hem: hem(middles, weights, names, bones) for hem in hems}
    parts = np.full(len(mesh.faces), SHIRT)
    parts[above[waist_hem] < 0] = TROUSERS
    parts[above[ankle_hem] < 0] = SHOES
    parts[(above[sleeve_hem] > 0) | (above[neck_hem] > 0)] = SKIN
    parts[above[hair_hem] > 0] = HAIR
    return mesh, parts


def cut(mesh: Mesh, height: np.ndarray) -> Mesh:
    """The mesh with an edge wherever a height of its vertices, (V,), crosses 0; where it is not a number, as before."""
    corners = height[mesh.faces]
    above = corners > 0
    crossed = ~np.isnan(corners).any(axis=1) & (above.sum(axis=1) % 3 != 0)
    alone = np.where(above.sum(axis=1) == 1, above.argmax(axis=1), (~above).argmax(axis=1))[crossed]
    turned = (alone[:, None] + np.arange(3)) % 3
    first, second, third = np.take_along_axis(mesh.faces[crossed], turned, axis=1).T
    ends = np.concatenate([np.stack([first, second], axis=1), np.stack([first, third], axis=1)])
    edges, which = np.unique(np.sort(ends, axis=1), axis=0, return_inverse=True)
    share = height[edges[:, 0]] / (height[edges[:, 0]] - height[edges[:, 1]])
    vertices, weights = (
        np.concatenate([of, (1 - share)[:, None] * of[edges[:, 0]] + share[:, None] * of[edges[:, 1]]])
        for of in (mesh.vertices, mesh.weights)
    )
    on_second, on_third = (len(mesh.vertices) + which.reshape(2, -1)).astype(np.int64)
    pieces = [(first, on_second, on_third), (on_second, second, third), (on_second, third, on_third)]
    faces = np.concatenate([mesh.faces[~crossed], *(np.stack(piece, axis=1) for piece in pieces)])
    return Mesh(vertices=vertices, weights=weights, faces=faces)


def neck_hem(places: np.ndarray, weights: np.ndarray, names: list[str], bones: dict[str, np.ndarray]) -> np.ndarray:
    """Above a plane across the neck that falls to the front."""
    up = bones["Head"] - bones["Neck"]
    across = np.array([0.0, 1.0, 0.3])
    height = (places - bones["Neck"] - NECK * up) @ across
    return only(
        height, weights, names, lambda bone: bone in {"Neck", "Head", "Spine2", "LeftShoulder", "RightShoulder"}
    )


def waist_hem(places: np.ndarray, weights: np.ndarray, names: list[str], bones: dict[str, np.ndarray]) -> np.ndarray:
    """Above the trousers; arms and hands are not asked."""
    height = places[:, 1] - bones["Hips"][1] - WAIST_M
    return only(height, weights, names, lambda bone: bone == "Hips" or bone.startswith("Spine") or on_leg(bone))


def ankle_hem(places: np.ndarray, weights: np.ndarray, names: list[str], bones: dict[str, np.ndarray]) -> np.ndarray:
    """Above the shoes."""
    return only(places[:, 1] - bones["LeftFoot"][1] - ANKLE_M, weights, names, on_leg)


def sleeve_hem(places: np.ndarray, weights: np.ndarray, names: list[str], bones: dict[str, np.ndarray]) -> np.ndarray:
    """Beyond the sleeves."""
    heights = np.full(len(places), np.nan)
    for side in ("Left", "Right"):
        along = bones[f"{side}ForeArm"] - bones[f"{side}Arm"]
        height = (places - bones[f"{side}Arm"]) @ along / (along @ along) - SLEEVE
        limb = (f"{side}Arm", f"{side}ForeArm", f"{side}Hand")
        heights = np.fmax(heights, only(height, weights, names, lambda bone, limb=limb: bone.startswith(limb)))
    return heights


def hair_hem(places: np.ndarray, weights: np.ndarray, names: list[str], bones: dict[str, np.ndarray]) -> np.ndarray:
    """Under the hair: a plane that rises from the nape to the forehead."""
    head = places[~np.isnan(only(places[:, 1], weights, names, lambda bone: bone == "Head"))]
    low, high = head.min(axis=0), head.max(axis=0)
    height = only(places[:, 1], weights, names, lambda bone: bone in {"Head", "Neck"})
    forward = np.clip((places[:, 2] - low[2]) / (high[2] - low[2]), 0.0, 1.0)
    return (height - low[1]) / (high[1] - low[1]) - 0.22 - 0.7 * np.clip(forward - 0.25, 0.0, 1.0)


def only(height: np.ndarray, weights: np.ndarray, names: list[str], wanted) -> np.ndarray:
    """Not a number where the bone that moves a place most is not one of those wanted."""
    strongest = [names[bone] for bone in weights.argmax(axis=1)]
    return np.where([wanted(bone) for bone in strongest], height, np.nan)


def on_leg(bone: str) -> bool:
    """Whether a bone is one of the legs'."""
    return bone.endswith(("Leg", "Foot", "ToeBase"))
