"""Poses and motion as files that other programs write and read; it knows no server and no network."""
