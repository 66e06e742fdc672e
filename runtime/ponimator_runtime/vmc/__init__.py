"""The two persons as two performers of the Virtual Motion Capture protocol (VMC), over UDP.

It knows motion and frames, no server: who serves hands it what is shown.
Source: Virtual Motion Capture Protocol specification 2.x, protocol.vmc.info, "Performer to Marionette".
"""
