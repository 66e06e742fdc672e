"""A character in Panda3D: an Actor whose joints are set from outside, its skin bent by the engine.

Bones keep the runtime's axes (Y up, facing +Z, metres); the actor as a whole is turned to Panda3D's (Z up) by the one
node above it, so that nothing else converts.
"""

import numpy as np
from characters import CharacterModel
from direct.actor.Actor import Actor
from panda3d.core import (
    Character,
    CharacterJoint,
    CS_yup_right,
    CS_zup_right,
    Geom,
    GeomEnums,
    GeomNode,
    GeomTriangles,
    GeomVertexAnimationSpec,
    GeomVertexArrayFormat,
    GeomVertexData,
    GeomVertexFormat,
    InternalName,
    JointVertexTransform,
    LMatrix4,
    LQuaternion,
    Material,
    MaterialAttrib,
    NodePath,
    PartGroup,
    RenderState,
    SparseArray,
    Thread,
    TransformBlend,
    TransformBlendTable,
)

from ponimator_runtime.motion.retargeting.posing import RigPose

SUN_SLOPE = (0.25, 0.4)
"""How far a shadow falls sideways and away for each metre of height."""
SHADOW_COLOUR = (0.50, 0.49, 0.47)
SHADOW_HEIGHT_M = 0.004


class DuetActor:
    """A skinned character under a node.

    Attributes:
        names: of the bones.
    """

    def __init__(self, model: CharacterModel, parent: NodePath) -> None:
        """Builds joints and skin, in the bind pose."""
        rig = model.rig
        self.names = rig.names
        self._upright = parent.attach_new_node("runtime axes")
        self._upright.set_mat(LMatrix4.convert_mat(CS_yup_right, CS_zup_right))
        character = Character("duet")
        joints = _joints(character, model)
        node = GeomNode("skin")
        self._skin = data = _skin(model, joints)
        for part, colour in enumerate(model.colours):
            node.add_geom(_triangles(data, model.faces[model.face_parts == part]), _painted(colour))
        character.add_child(node)
        self._actor = Actor(NodePath(character), copy=False)
        self._actor.reparent_to(self._upright)
        self._cast_shadow(parent)
        self._controls = [self._actor.control_joint(None, "modelRoot", name) for name in rig.names]
        self._drawn = [self._actor.expose_joint(None, "modelRoot", name) for name in rig.names]
        # Skins of these sizes are always in the picture; a box that is not bent with them would hide a moved body.
        self._actor.node().set_final(True)

    def set_pose(self, pose: RigPose) -> None:
        """What an engine plugin does each frame: rotations of all bones, the place of the one that carries the body."""
        for control, (x, y, z, w) in zip(self._controls, pose.rotations_xyzw.tolist(), strict=True):
            control.set_quat(LQuaternion(w, x, y, z))
        self._controls[pose.carrier].set_pos(*pose.carrier_position.tolist())

    def drawn_bones(self) -> np.ndarray:
        """Where the engine has the bones in this frame, in the runtime's axes, (B, 3) m."""
        self._actor.update(force=True)
        return np.array([joint.get_pos(self._upright) for joint in self._drawn])

    def drawn_skin(self) -> np.ndarray:
        """Where the engine has the vertices in this frame, in the runtime's axes, (V, 3) m."""
        self._actor.update(force=True)
        moved = self._skin.animate_vertices(True, Thread.get_current_thread())
        array = moved.get_array(0)
        rows = np.frombuffer(bytes(array.get_handle().get_data()), dtype=np.uint8)
        rows = rows.reshape(array.get_num_rows(), array.get_array_format().get_stride())
        return np.ascontiguousarray(rows[:, :12]).view("<f4").astype(np.float64)

    def _cast_shadow(self, parent: NodePath) -> None:
        """The same skin once more, flat on the floor: it shows where feet stand without a graphics card's help."""
        across, along = SUN_SLOPE
        shadow = parent.attach_new_node("shadow")
        shadow.set_mat(LMatrix4(1, 0, 0, 0, 0, 1, 0, 0, across, along, 0, 0, 0, 0, SHADOW_HEIGHT_M, 1))
        self._upright.instance_to(shadow)
        shadow.set_light_off(1)
        shadow.set_material_off(1)
        shadow.set_color((*SHADOW_COLOUR, 1.0), 1)


def _joints(character: Character, model: CharacterModel) -> list[CharacterJoint]:
    """One for each bone, in the bind pose relative to its parent."""
    bundle = character.get_bundle(0)
    rotations, positions = model.rig.local_bind()
    groups: list[PartGroup] = []
    skeleton = PartGroup(bundle, "<skeleton>")
    for name, parent, rotation, position in zip(model.rig.names, model.rig.parents, rotations, positions, strict=True):
        matrix = np.eye(4)
        matrix[:3, :3], matrix[3, :3] = rotation.T, position  # rows, as Panda3D multiplies
        above = groups[parent] if parent >= 0 else skeleton
        groups.append(CharacterJoint(character, bundle, above, name, LMatrix4(*matrix.ravel().tolist())))
    return groups


def _skin(model: CharacterModel, joints: list[CharacterJoint]) -> GeomVertexData:
    """All vertices, moved by the engine on the CPU with up to four joints each."""
    blends = GeomVertexArrayFormat()
    blends.add_column(InternalName.get_transform_blend(), 1, GeomEnums.NT_uint16, GeomEnums.C_index)
    vertex_format = GeomVertexFormat()
    vertex_format.add_array(GeomVertexFormat.get_v3n3().get_array(0))
    vertex_format.add_array(blends)
    animation = GeomVertexAnimationSpec()
    animation.set_panda()
    vertex_format.set_animation(animation)
    data = GeomVertexData("skin", GeomVertexFormat.register_format(vertex_format), GeomEnums.UH_dynamic)
    data.unclean_set_num_rows(len(model.vertices))
    data.modify_array_handle(0).set_data(_surface_bytes(model))
    table, rows = _blend_table(model, joints)
    data.set_transform_blend_table(table)
    data.modify_array_handle(1).set_data(_in_rows(rows, vertex_format.get_array(1).get_stride()))
    return data


def _triangles(data: GeomVertexData, faces: np.ndarray) -> Geom:
    triangles = GeomTriangles(GeomEnums.UH_static)
    triangles.set_index_type(GeomEnums.NT_uint16)
    corners = triangles.modify_vertices()
    corners.unclean_set_num_rows(faces.size)
    corners.modify_handle().set_data(_in_rows(faces.ravel(), corners.get_array_format().get_stride()))
    geom = Geom(data)
    geom.add_primitive(triangles)
    return geom


def _painted(colour: np.ndarray) -> RenderState:
    material = Material()
    material.set_ambient((*colour, 1.0))
    material.set_diffuse((*colour, 1.0))
    return RenderState.make(MaterialAttrib.make(material))


def _surface_bytes(model: CharacterModel) -> bytes:
    """As the engine's v3n3 has it: place and normal of each vertex."""
    return np.concatenate([model.vertices, model.normals], axis=1).astype("<f4").tobytes()


def _blend_table(model: CharacterModel, joints: list[CharacterJoint]) -> tuple[TransformBlendTable, np.ndarray]:
    """Each mixture of joints once, and which one each vertex has, (V,)."""
    transforms = [JointVertexTransform(joint) for joint in joints]
    mixtures, rows = np.unique(
        np.concatenate([model.vertex_bones, model.vertex_weights], axis=1), axis=0, return_inverse=True
    )
    table = TransformBlendTable()
    number = np.empty(len(mixtures), dtype=np.int64)
    for row, (bones, weights) in enumerate(zip(mixtures[:, :4].tolist(), mixtures[:, 4:].tolist(), strict=True)):
        blend = TransformBlend()
        for bone, weight in zip(bones, weights, strict=True):
            if weight:
                blend.add_transform(transforms[bone], weight)
        blend.normalize_weights()
        number[row] = table.add_blend(blend)  # the same number for mixtures that it takes for the same
    table.set_rows(SparseArray.lower_on(len(model.vertices)))
    return table, number[rows.ravel()]


def _in_rows(numbers: np.ndarray, stride: int) -> bytes:
    """Numbers of 16 bits, each at the beginning of a row of the engine's."""
    rows = np.zeros((len(numbers), stride), dtype=np.uint8)
    rows[:, :2] = numbers.astype("<u2").view(np.uint8).reshape(-1, 2)
    return rows.tobytes()
