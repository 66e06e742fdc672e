"""A synthetic set of two-person interactions: scripted, full-body, with true contact on the licence-free body.

A kind (kind.py, kinds.py) has a script (scripts/): who stands where, when they walk, what their hands do. It is played
on a stage (stage.py, over floorplan.py and footsteps.py) by two puppets (puppet.py) who have a life of their own
(life.py); analytic inverse kinematics (limb.py) turn that into joint rotations. touch.py knows where hands meet skin,
arms.py how an arm goes from hold to hold, pressing.py brings hands onto skin and clearance.py keeps bodies out of each
other; takes.py judges what was played (limits.py), and synthesis.py plays until it is good, and writes the set.
"""
