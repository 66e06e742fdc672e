"""Turns trained checkpoints into the bundles that the runtime serves."""
