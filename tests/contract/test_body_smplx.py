"""Our body file and forward pass against the `smplx` package."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from ponimator_runtime.motion.rotations import matrix_from_axis_angle
from ponimator_runtime.motion.skeleton import JOINT_COUNT, JOINT_NAMES, SHAPE_COUNT
from ponimator_training.body.model import BodyModel, default_body
from ponimator_training.body.smplx_npz import POSE_FEATURE_COUNT, write_smplx_npz

torch = pytest.importorskip("torch", reason="the smplx package needs torch")
pytestmark = pytest.mark.filterwarnings("ignore")  # third-party: smplx and what it imports
BATCH = 4


def smplx_forward(path: Path, vectors: np.ndarray, translation: np.ndarray, betas: np.ndarray, flat: bool = True):
    smplx = pytest.importorskip("smplx", reason="the comparison needs the smplx extra")
    model = smplx.SMPLX(
        str(path), ext="npz", use_pca=False, num_betas=SHAPE_COUNT, flat_hand_mean=flat,
        batch_size=len(vectors),
    )  # fmt: skip
    pose = torch.as_tensor(vectors, dtype=torch.float32)
    with torch.no_grad():
        out = model(
            global_orient=pose[:, 0],
            body_pose=pose[:, 1:22].reshape(-1, 63),
            jaw_pose=pose[:, 22],
            leye_pose=pose[:, 23],
            reye_pose=pose[:, 24],
            left_hand_pose=pose[:, 25:40].reshape(-1, 45),
            right_hand_pose=pose[:, 40:].reshape(-1, 45),
            transl=torch.as_tensor(translation, dtype=torch.float32),
            betas=torch.as_tensor(betas, dtype=torch.float32),
        )
    return out.vertices.numpy(), out.joints[:, :JOINT_COUNT].numpy()


def random_bodies(seed: int):
    rng = np.random.default_rng(seed)
    return rng.normal(0.0, 0.5, (BATCH, JOINT_COUNT, 3)), rng.normal(size=(BATCH, 3)), rng.normal(size=(BATCH, 10))


def test_our_forward_pass_is_that_of_smplx():
    vectors, translation, betas = random_bodies(0)
    path = Path(str(files("ponimator_training.body") / "anny_smplx.npz"))
    vertices, joints = smplx_forward(path, vectors, translation, betas)
    ours = default_body().pose(matrix_from_axis_angle(vectors), translation, betas)
    np.testing.assert_allclose(ours.vertices, vertices, atol=1e-4)
    np.testing.assert_allclose(ours.joints, joints, atol=1e-4)


def test_smplx_without_flat_hands_shows_our_relaxed_hands():
    path = Path(str(files("ponimator_training.body") / "anny_smplx.npz"))
    nowhere, average = np.zeros((1, 3)), np.zeros((1, SHAPE_COUNT))
    vertices, _ = smplx_forward(path, np.zeros((1, JOINT_COUNT, 3)), nowhere, average, flat=False)
    ours = default_body().pose(np.tile(np.eye(3), (1, 22, 1, 1)), nowhere, average)
    np.testing.assert_allclose(ours.vertices, vertices, atol=1e-4)


def test_pose_correctives_of_a_file_are_applied_as_smplx_applies_them(tmp_path: Path):
    shipped = default_body()
    rng = np.random.default_rng(1)
    correctives = rng.normal(0.0, 1e-3, (len(shipped.template), 3, POSE_FEATURE_COUNT)).astype(np.float16)
    arrays = {name: getattr(shipped, name) for name in BodyModel.__dataclass_fields__}
    write_smplx_npz(BodyModel(**(arrays | {"pose_basis": correctives.astype(np.float32)})), tmp_path / "body.npz")
    vectors, translation, betas = random_bodies(2)
    vertices, joints = smplx_forward(tmp_path / "body.npz", vectors, translation, betas)
    body = BodyModel.load(tmp_path / "body.npz")
    assert body.pose_basis is not None
    ours = body.pose(matrix_from_axis_angle(vectors), translation, betas)
    np.testing.assert_allclose(ours.vertices, vertices, atol=1e-4)
    np.testing.assert_allclose(ours.joints, joints, atol=1e-4)


def test_joint_names_are_those_of_the_smplx_package():
    names = pytest.importorskip("smplx.joint_names", reason="the comparison needs the smplx extra")
    assert tuple(names.JOINT_NAMES[:JOINT_COUNT]) == JOINT_NAMES
