"""How bones are called in rigs that people have: names and parents, as trees."""

from __future__ import annotations

_FINGERS = ("Thumb", "Index", "Middle", "Ring", "Pinky")


def tree(*chains: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names and parents from chains "parent > child > child"; a parent stands in an earlier chain or begins one."""
    names: list[str] = []
    parents: list[int] = []
    for chain in chains:
        parent = -1
        for name in (part.strip() for part in chain.split(">")):
            if name not in names:
                names.append(name)
                parents.append(parent)
            parent = names.index(name)
    return tuple(names), tuple(parents)


def _both(chain: str, left: str, right: str) -> list[str]:
    return [chain.replace("*", side) for side in (left, right)]


def mixamo() -> tuple[tuple[str, ...], tuple[int, ...]]:
    m = "mixamorig:"
    chains = [f"{m}Hips > {m}Spine > {m}Spine1 > {m}Spine2 > {m}Neck > {m}Head > {m}HeadTop_End"]
    for side in ("Left", "Right"):
        chains.append(f"{m}Spine2 > {m}{side}Shoulder > {m}{side}Arm > {m}{side}ForeArm > {m}{side}Hand")
        chains += [
            f"{m}{side}Hand > " + " > ".join(f"{m}{side}Hand{finger}{segment}" for segment in range(1, 5))
            for finger in _FINGERS
        ]
        chains.append(f"{m}Hips > {m}{side}UpLeg > {m}{side}Leg > {m}{side}Foot > {m}{side}ToeBase > {m}{side}Toe_End")
    return tree(*chains)


def ue5() -> tuple[tuple[str, ...], tuple[int, ...]]:
    chains = ["root > pelvis > spine_01 > spine_02 > spine_03 > spine_04 > spine_05 > neck_01 > neck_02 > head"]
    for side in ("l", "r"):
        chains.append(f"spine_05 > clavicle_{side} > upperarm_{side} > lowerarm_{side} > hand_{side}")
        chains.append(f"upperarm_{side} > upperarm_correctiveRoot_{side} > upperarm_bck_{side}")
        chains += [f"upperarm_{side} > upperarm_twist_01_{side}", f"lowerarm_{side} > lowerarm_twist_01_{side}"]
        chains.append(f"hand_{side} > thumb_01_{side} > thumb_02_{side} > thumb_03_{side}")
        chains += [
            f"hand_{side} > {finger}_metacarpal_{side} > {finger}_01_{side} > {finger}_02_{side} > {finger}_03_{side}"
            for finger in ("index", "middle", "ring", "pinky")
        ]
        chains.append(f"pelvis > thigh_{side} > calf_{side} > foot_{side} > ball_{side}")
        chains += [f"thigh_{side} > thigh_twist_01_{side}", f"calf_{side} > calf_twist_01_{side}"]
    chains += ["root > ik_foot_root > ik_foot_l", "ik_foot_root > ik_foot_r"]
    chains += ["root > ik_hand_root > ik_hand_gun > ik_hand_l", "ik_hand_gun > ik_hand_r"]
    return tree(*chains, "root > interaction", "root > center_of_mass")


def unity() -> tuple[tuple[str, ...], tuple[int, ...]]:
    chains = ["Hips > Spine > Chest > UpperChest > Neck > Head > Jaw", "Head > LeftEye", "Head > RightEye"]
    for side in ("Left", "Right"):
        chains.append(f"UpperChest > {side}Shoulder > {side}UpperArm > {side}LowerArm > {side}Hand")
        chains += [
            f"{side}Hand > {side}{finger}Proximal > {side}{finger}Intermediate > {side}{finger}Distal"
            for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
        ]
        chains.append(f"Hips > {side}UpperLeg > {side}LowerLeg > {side}Foot > {side}Toes")
    return tree(*chains)


def vroid() -> tuple[tuple[str, ...], tuple[int, ...]]:
    c = "J_Bip_C_"
    chains = [f"Root > {c}Hips > {c}Spine > {c}Chest > {c}UpperChest > {c}Neck > {c}Head"]
    for side in ("L", "R"):
        b = f"J_Bip_{side}_"
        chains.append(f"{c}UpperChest > {b}Shoulder > {b}UpperArm > {b}LowerArm > {b}Hand")
        chains += [
            f"{b}Hand > " + " > ".join(f"{b}{finger}{segment}" for segment in (1, 2, 3))
            for finger in ("Thumb", "Index", "Middle", "Ring", "Little")
        ]
        chains.append(f"{c}Hips > {b}UpperLeg > {b}LowerLeg > {b}Foot > {b}ToeBase")
    return tree(*chains)


def vrm1() -> tuple[tuple[str, ...], tuple[int, ...]]:
    chains = ["hips > spine > chest > upperChest > neck > head > jaw", "head > leftEye", "head > rightEye"]
    for side in ("left", "right"):
        chains.append(f"upperChest > {side}Shoulder > {side}UpperArm > {side}LowerArm > {side}Hand")
        chains.append(f"{side}Hand > {side}ThumbMetacarpal > {side}ThumbProximal > {side}ThumbDistal")
        chains += [
            f"{side}Hand > {side}{finger}Proximal > {side}{finger}Intermediate > {side}{finger}Distal"
            for finger in ("Index", "Middle", "Ring", "Little")
        ]
        chains.append(f"hips > {side}UpperLeg > {side}LowerLeg > {side}Foot > {side}Toes")
    return tree(*chains)


def rigify() -> tuple[tuple[str, ...], tuple[int, ...]]:
    d = "DEF-"
    chains = [f"{d}spine > {d}spine.001 > {d}spine.002 > {d}spine.003 > {d}spine.004 > {d}spine.005 > {d}spine.006"]
    for side in ("L", "R"):
        chains.append(f"{d}spine > {d}pelvis.{side}")
        chains.append(
            f"{d}spine.003 > {d}shoulder.{side} > {d}upper_arm.{side} > {d}upper_arm.{side}.001 > {d}forearm.{side} > "
            f"{d}forearm.{side}.001 > {d}hand.{side}"
        )
        chains += [
            f"{d}hand.{side} > " + " > ".join(f"{d}{finger}.0{segment}.{side}" for segment in (1, 2, 3))
            for finger in ("thumb", "f_index", "f_middle", "f_ring", "f_pinky")
        ]
        chains.append(
            f"{d}spine > {d}thigh.{side} > {d}thigh.{side}.001 > {d}shin.{side} > {d}shin.{side}.001 > "
            f"{d}foot.{side} > {d}toe.{side}"
        )
    return tree(*chains)


def blender() -> tuple[tuple[str, ...], tuple[int, ...]]:
    chains = ["hips > spine > chest > neck > head"]
    chains += _both("chest > shoulder.* > upper_arm.* > forearm.* > hand.*", "L", "R")
    chains += _both("hips > thigh.* > shin.* > foot.* > toe.*", "L", "R")
    return tree(*chains)


def biped() -> tuple[tuple[str, ...], tuple[int, ...]]:
    b = "Bip01 "
    chains = [f"Bip01 > {b}Pelvis > {b}Spine > {b}Spine1 > {b}Spine2 > {b}Neck > {b}Head"]
    for side in ("L", "R"):
        chains.append(f"{b}Neck > {b}{side} Clavicle > {b}{side} UpperArm > {b}{side} Forearm > {b}{side} Hand")
        chains.append(f"{b}{side} Hand > {b}{side} Finger0")
        chains.append(f"{b}Spine > {b}{side} Thigh > {b}{side} Calf > {b}{side} Foot > {b}{side} Toe0")
    return tree(*chains)


RIGS = {
    "mixamo": mixamo(),
    "ue5": ue5(),
    "unity": unity(),
    "vroid": vroid(),
    "vrm1": vrm1(),
    "rigify": rigify(),
    "blender": blender(),
    "biped": biped(),
}
