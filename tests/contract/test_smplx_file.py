"""The written file is what the `smplx` package understands: its joints stand where ours do."""

from pathlib import Path

import numpy as np
import pytest

from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_axis_angle
from ponimator_runtime.motion.skeleton import Skeleton
from ponimator_runtime.motion_files.amass import save_amass
from ponimator_runtime.motion_files.performance import PersonMotion

MODEL = Path(__file__).resolve().parents[2] / "training" / "ponimator_training" / "body" / "anny_smplx.npz"
FRAMES = 5


@pytest.fixture
def written():
    random_numbers = np.random.default_rng(3)
    return PersonMotion(
        name="Ann",
        rotations_xyzw=quaternion_from_axis_angle(random_numbers.normal(0, 0.5, (FRAMES, 55, 3))),
        translations=random_numbers.normal(0, 1, (FRAMES, 3)),
        rest_joints=random_numbers.normal(0, 1, (55, 3)),
        betas=random_numbers.normal(0, 1, 10),
    )


@pytest.fixture
def archive(tmp_path, written):
    save_amass(tmp_path / "motion.npz", written, rate_hz=30.0)
    with np.load(tmp_path / "motion.npz", allow_pickle=False) as loaded:
        return dict(loaded)


@pytest.mark.filterwarnings("ignore")
def test_smplx_puts_its_joints_where_ours_are(archive, written):
    smplx = pytest.importorskip("smplx", reason="the smplx extra is not installed")
    import torch

    model = smplx.SMPLX(
        str(MODEL), use_pca=False, flat_hand_mean=True, num_betas=10, use_face_contour=False, batch_size=FRAMES
    )
    basis = model.shapedirs.numpy()[:, :, :10]
    regressor = model.J_regressor.numpy()
    skeleton = Skeleton(
        template=(regressor @ model.v_template.numpy()).astype(np.float64),
        shape_basis=np.einsum("jv,vck->jck", regressor, basis).astype(np.float64),
    )
    eyes, hands = np.split(archive["pose_eye"], 2, axis=1), np.split(archive["pose_hand"], 2, axis=1)
    arrays = {
        "global_orient": archive["root_orient"],
        "body_pose": archive["pose_body"],
        "jaw_pose": archive["pose_jaw"],
        "leye_pose": eyes[0],
        "reye_pose": eyes[1],
        "left_hand_pose": hands[0],
        "right_hand_pose": hands[1],
        "transl": archive["trans"],
        "betas": np.tile(archive["betas"], (FRAMES, 1)),
        "expression": np.zeros((FRAMES, 10), dtype=np.float32),
    }
    with torch.no_grad():
        parameters = {name: torch.from_numpy(np.ascontiguousarray(array)) for name, array in arrays.items()}
        theirs = model(**parameters).joints[:, :55].numpy()
    rest = np.broadcast_to(skeleton.rest_joints(written.betas), (FRAMES, 55, 3))
    ours = joint_positions(matrix_from_quaternion(written.rotations_xyzw), written.translations, rest)
    assert np.abs(theirs - ours).max() < 1e-4
