"""From the SMPL-X bodies of the stream to any two humanoid rigs: the reference that the engine plugins match.

Body poses by differences from the bind pose, feet that stand where they stood, hands that still meet. Pure numpy, one
frame at a time, no files. `docs/retargeting.md` tells the same step by step, for who ports it.

Legend beyond the project's: B bones of a rig.
"""
