"""Trains the two models of the runtime, in torch; knows the runtime's motion and diffusion, never its serving."""
