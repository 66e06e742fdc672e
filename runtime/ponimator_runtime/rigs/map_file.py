r"""A map of a rig as a flat TOML file: one line `joint = "bone"` for each joint that has a bone, and comments.

Flat and nothing else, so that thirty lines of C# or C++ read it too: a bone's name may hold any character but a line
break; `"` and `\\` are escaped by `\`.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path

from ponimator_runtime.errors import ConfigError, DataError
from ponimator_runtime.motion.retargeting.rig import NEEDED_JOINTS, OPTIONAL_JOINTS, RigMap
from ponimator_runtime.motion.skeleton import JOINT_INDEX, JOINT_NAMES

PRESET_NAMES: tuple[str, ...] = ("unity_humanoid", "ue5_mannequin", "mixamo", "vrm", "vrm0")
_SUFFIX = ".toml"


def load_map(path: Path | str) -> RigMap:
    """Reads a map.

    Raises:
        DataError: no such file, or it is no map.
    """
    path = Path(path)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as cause:
        raise DataError(f"{path} cannot be read as a map of a rig: {cause}.") from cause
    return map_from_text(text, source=str(path))


def save_map(rig_map: RigMap, path: Path | str, *, comment: str = "") -> None:
    """Writes a map, needed joints first; joints without a bone stand there as comments, to be filled in."""
    Path(path).write_text(text_of_map(rig_map, comment=comment), encoding="utf-8")


def load_preset(name: str) -> RigMap:
    """A map that comes with the package; raises ConfigError where there is none of that name."""
    if name not in PRESET_NAMES:
        raise ConfigError(f"There is no preset {name!r}; presets are {', '.join(PRESET_NAMES)}.")
    return load_map(preset_folder() / f"{name}{_SUFFIX}")


def preset_folder() -> Path:
    """Where the presets are."""
    return Path(str(files("ponimator_runtime.rigs") / "presets"))


def map_from_text(text: str, *, source: str) -> RigMap:
    """A map from the text of its file.

    Raises:
        DataError: it is no flat `joint = "bone"` TOML, or a joint is none of SMPL-X's.
    """
    try:
        bones = tomllib.loads(text)
    except tomllib.TOMLDecodeError as cause:
        raise DataError(f'{source} is no map of a rig; expected lines like `pelvis = "Hips"`: {cause}.') from cause
    for joint, bone in bones.items():
        if joint not in JOINT_INDEX:
            raise DataError(
                f"{source}: {joint!r} is no SMPL-X joint. Joints are {', '.join(NEEDED_JOINTS)} and, where wanted, "
                f"{', '.join(OPTIONAL_JOINTS[:6])} …"
            )
        if not isinstance(bone, str) or not bone:
            raise DataError(f'{source}: {joint} needs the name of a bone, like `{joint} = "bone"`; got {bone!r}.')
    return RigMap(bones)


def text_of_map(rig_map: RigMap, *, comment: str = "") -> str:
    """The text of a map's file."""
    lines = [f"# {line}" for line in comment.splitlines()]
    for title, joints in (("Needed", NEEDED_JOINTS), ("Optional", OPTIONAL_JOINTS)):
        lines += ["", f"# {title}"] if lines else [f"# {title}"]
        lines += [_line(joint, rig_map.bones.get(joint)) for joint in sorted(joints, key=JOINT_NAMES.index)]
    return "\n".join(lines) + "\n"


def _line(joint: str, bone: str | None) -> str:
    if bone is None:
        return f'# {joint} = ""'
    if "\n" in bone or "\r" in bone:
        raise ConfigError(f"{joint}: a bone's name is one line, {bone!r} is not. Rename the bone.")
    escaped = bone.replace("\\", "\\\\").replace('"', '\\"')
    return f'{joint} = "{escaped}"'
