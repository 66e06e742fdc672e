"""Motion of two bodies, in pure numpy: knows no file, no socket, no network weight.

Legend, used in every shape of this project:
    B  batch
    P  persons, always 2: person A first
    N  frames of a window (30 at 10 Hz) or of a motion at any rate
    J  joints: 22 generated body joints, or 55 of SMPL-X where it says so
    D  features per person and frame: 22 rotations in 6D + translation = 135
    K  diffusion steps

Frame: SMPL-X's, right-handed, Y up, a person at rest faces +Z with the left hand at +X. Metres, radians, seconds.
Rotations: the root's from root to world, every other joint's from joint to parent. Matrices act on columns.
Translation γ in SMPL-X's meaning: the pelvis stands at (rest pelvis of this shape) + γ.
"""
