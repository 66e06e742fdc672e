"""The commands of `ponimator`; each is a module with `main(arguments) -> exit code`, loaded when it is called.

Training and export bring theirs through the entry-point group `ponimator.commands`, so that the runtime never
imports them.
"""
