"""The error tree is a promise: its drawing, its classes and the names users catch agree."""

import inspect
import re

import pytest

from ponimator_runtime import errors

PUBLIC_NAMES = {
    "PonimatorError",
    "ConfigError",
    "ShapeError",
    "DataError",
    "MissingExtra",
    "ModelError",
    "BundleNotFound",
    "CardMismatch",
    "ProviderUnavailable",
    "ProtocolError",
    "SchemaMismatch",
    "UnsupportedProtocol",
    "MalformedMessage",
    "MessageTooLarge",
    "BadRequest",
    "InvalidPose",
    "RequestRefused",
    "TransportError",
    "ConnectTimeout",
    "ReplyTimeout",
    "ServerGone",
}

NAME = re.compile(r"[A-Z]\w+")
BUILTIN = re.compile(r"\((\w+Error)\)")


def bases_as_drawn(drawing: str) -> dict[str, tuple[str, ...]]:
    """Every name of the drawing with the names of its bases.

    A branch from the left edge hangs on the root, names after ── on the branch's first name,
    and a branch further right on the name it stands under.
    """
    root, *branches = [line for line in drawing.splitlines() if re.match("PonimatorError|[├└│]", line)]
    bases: dict[str, tuple[str, ...]] = {root: ("Exception",)}
    above: list[re.Match[str]] = []
    for line in branches:
        if line.startswith("│"):
            parent = [name.group() for name in above if name.start() <= re.search("[├└]", line).start()][-1]
            bases |= dict.fromkeys(NAME.findall(line), (parent,))
            continue
        for branch in re.split("[├└]─ ", line)[1:]:
            family, *children = re.split(" ── ", branch)
            name = NAME.match(family).group()
            bases[name] = (root, *BUILTIN.findall(family))
            bases |= dict.fromkeys(NAME.findall(" ".join(children)), (name,))
        above = [name for name in NAME.finditer(line) if name.group() in bases]
    return bases


def classes() -> dict[str, type[BaseException]]:
    return {name: value for name, value in vars(errors).items() if inspect.isclass(value)}


def test_public_names_are_pinned():
    assert set(classes()) == PUBLIC_NAMES


def test_the_tree_is_as_drawn():
    assert errors.__doc__ is not None
    defined = {name: tuple(base.__name__ for base in value.__bases__) for name, value in classes().items()}
    assert bases_as_drawn(errors.__doc__) == defined


@pytest.mark.parametrize("name", sorted(PUBLIC_NAMES))
def test_every_error_says_when_it_is_raised(name):
    assert classes()[name].__doc__


def test_a_missing_extra_names_its_pip_line():
    error = errors.MissingExtra("training", "train")
    assert error.extra == "train"
    assert "pip install 'ponimator-runtime[train]'" in str(error)


def test_a_refusal_keeps_its_code():
    error = errors.RequestRefused("busy", "try again")
    assert (error.code, error.message) == ("busy", "try again")
