"""The human body: a licence-free one in SMPL-X's layout, built from anny, and any SMPL-X `.npz` in its place.

It knows meshes, skinning and body shape; it must never know motion data, networks or the wire.
"""
