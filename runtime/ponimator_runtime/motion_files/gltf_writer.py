"""A performance as binary glTF: every body skinned, all moving in one animation; Blender, engines and browsers show it.

Metres, Y up, a person at rest faces +Z: glTF's own frame. Source: Khronos glTF 2.0 specification.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from jaxtyping import Float

from ponimator_runtime import __version__
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_NAMES, PARENTS
from ponimator_runtime.motion.surface import BodySurface, vertex_normals
from ponimator_runtime.motion_files.glb_container import GlbBuilder
from ponimator_runtime.motion_files.performance import Performance, PersonMotion

_VERTICES, _INDICES = 34962, 34963
"""What a graphics card reads a view as (ARRAY_BUFFER, ELEMENT_ARRAY_BUFFER)."""
_COLOURS: Final = ((0.85, 0.47, 0.32, 1.0), (0.30, 0.52, 0.75, 1.0))
_SKIN_JOINTS: Final = 4


def save_gltf(path: Path, performance: Performance, surface: BodySurface) -> None:
    """Writes all persons with a body; each person's bones are those of its own rest joints."""
    builder = GlbBuilder()
    times = (np.arange(performance.frame_count) / performance.rate_hz).astype(np.float32)
    tree: dict[str, Any] = {
        "asset": {
            "version": "2.0",
            "generator": f"ponimator-runtime {__version__}",
            "extras": {"anchor_frames": list(performance.anchors), "rate_hz": performance.rate_hz},
        },
        "scene": 0,
        "scenes": [{"nodes": []}],
        "nodes": [],
        "meshes": [],
        "skins": [],
        "materials": [],
        "animations": [{"name": "interaction", "channels": [], "samplers": []}],
    }
    time_accessor = builder.add(times, bounded=True)
    faces = builder.add(surface.faces.astype(np.uint32).ravel(), target=_INDICES)
    for number, person in enumerate(performance.persons):
        skeleton_node = _add_bones(tree, person)
        mesh = _mesh(builder, person, surface, faces, material=number)
        red_green_blue = _COLOURS[number % len(_COLOURS)]
        tree["materials"].append(
            {
                "name": person.name,
                "pbrMetallicRoughness": {
                    "baseColorFactor": list(red_green_blue),
                    "metallicFactor": 0.0,
                    "roughnessFactor": 0.8,
                },
            }
        )
        tree["skins"].append(_skin(builder, person, skeleton_node))
        tree["meshes"].append(mesh)
        # A skinned mesh is placed by its bones alone, so it stands at the root of the scene.
        tree["scenes"][0]["nodes"] += [len(tree["nodes"]), skeleton_node]
        tree["nodes"].append({"name": f"{person.name} body", "mesh": number, "skin": number})
        _add_animation(builder, tree["animations"][0], person, time_accessor, skeleton_node)
    builder.save(path, tree)


def _add_bones(tree: dict[str, Any], person: PersonMotion) -> int:
    """A node for each joint, in the pose of the first frame; the number of the first."""
    first = len(tree["nodes"])
    for joint, name in enumerate(JOINT_NAMES):
        parent = PARENTS[joint]
        offset = person.rest_joints[joint] - (person.rest_joints[parent] if parent >= 0 else 0.0)
        node: dict[str, Any] = {"name": name, "translation": offset.tolist()}
        children = [first + child for child, above in enumerate(PARENTS) if above == joint]
        tree["nodes"].append(node | ({"children": children} if children else {}))
    return first


def _skin(builder: GlbBuilder, person: PersonMotion, first: int) -> dict[str, Any]:
    # Columns first; a joint's rest transform is a translation.
    inverse_bind = np.tile(np.eye(4, dtype=np.float32), (JOINT_COUNT, 1, 1))
    inverse_bind[:, 3, :3] = -person.rest_joints
    matrices = builder.add(inverse_bind.reshape(JOINT_COUNT, 16))
    return {
        "name": person.name,
        "joints": list(range(first, first + JOINT_COUNT)),
        "skeleton": first,
        "inverseBindMatrices": matrices,
    }


def _mesh(
    builder: GlbBuilder, person: PersonMotion, surface: BodySurface, faces: int, *, material: int
) -> dict[str, Any]:
    weights, joints = _skin_weights(surface)
    vertices = _rest_vertices(person, surface, weights, joints)
    attributes = {
        "POSITION": builder.add(vertices.astype(np.float32), target=_VERTICES, bounded=True),
        "NORMAL": builder.add(_unit(vertex_normals(vertices, surface.faces)), target=_VERTICES),
        "JOINTS_0": builder.add(joints.astype(np.uint8), target=_VERTICES),
        "WEIGHTS_0": builder.add(weights.astype(np.float32), target=_VERTICES),
    }
    return {
        "name": f"{person.name} body",
        "primitives": [{"attributes": attributes, "indices": faces, "material": material}],
    }


def _skin_weights(surface: BodySurface) -> tuple[np.ndarray, np.ndarray]:
    """Weights that sum to one as float32, (V, 4), and their joints; each joint once, none where the weight is zero."""
    weights = surface.weight_matrix()
    joints = np.argsort(-weights, axis=1, kind="stable")[:, :_SKIN_JOINTS]
    heaviest = np.take_along_axis(weights, joints, axis=1)
    heaviest = (heaviest / heaviest.sum(axis=1, keepdims=True)).astype(np.float32)
    # What rounding took or gave, the greatest weight makes good.
    heaviest[:, 0] += (1.0 - heaviest.astype(np.float64).sum(axis=1)).astype(np.float32)
    return heaviest, np.where(heaviest > 0, joints, 0)


def _rest_vertices(
    person: PersonMotion, surface: BodySurface, weights: np.ndarray, joints: np.ndarray
) -> Float[np.ndarray, "V 3"]:
    """The body at rest; where this person's bones are others than the shape's, its skin goes with them."""
    vertices = surface.vertices + surface.shape_basis @ person.betas
    moved = person.rest_joints - surface.skeleton.rest_joints(person.betas)
    return vertices + np.einsum("vk,vkc->vc", weights, moved[joints])


def _unit(normals: Float[np.ndarray, "V 3"]) -> np.ndarray:
    single = normals.astype(np.float32)
    lengths = np.linalg.norm(single, axis=1, keepdims=True)
    return np.where(lengths > 0, single / np.maximum(lengths, 1e-12), np.array([0.0, 1.0, 0.0])).astype(np.float32)


def _add_animation(
    builder: GlbBuilder, animation: dict[str, Any], person: PersonMotion, times: int, first: int
) -> None:
    rotations = _on_one_side(person.rotations_xyzw.astype(np.float64)).astype(np.float32)
    outputs = [("rotation", joint, rotations[:, joint]) for joint in range(JOINT_COUNT)]
    outputs.append(("translation", 0, person.pelvis_positions.astype(np.float32)))
    for path, joint, values in outputs:
        animation["channels"].append(
            {"sampler": len(animation["samplers"]), "target": {"node": first + joint, "path": path}}
        )
        animation["samplers"].append({"input": times, "output": builder.add(values), "interpolation": "LINEAR"})


def _on_one_side(rotations_xyzw: Float[np.ndarray, "N J 4"]) -> Float[np.ndarray, "N J 4"]:
    """Of q and −q the one nearer to the frame before: who interpolates the numbers alone then turns the short way."""
    dots = np.einsum("njk,njk->nj", rotations_xyzw[1:], rotations_xyzw[:-1])
    signs = np.concatenate([np.ones((1, dots.shape[1])), np.where(dots < 0, -1.0, 1.0)]).cumprod(axis=0)
    return rotations_xyzw * signs[..., None]
