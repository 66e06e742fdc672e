"""A synthetic set of two-person interactions: scripted, full-body, with true contact on the licence-free body.

A kind (kinds.py) has a script (scripts.py): who stands where, when they walk, what their hands do. It is played on a
stage (stage.py) by two puppets (puppet.py), which turn it into joint rotations by analytic inverse kinematics (limb.py)
over planted feet (footsteps.py); touch.py knows where hands meet skin; synthesis.py draws the parameters.
"""
