"""The written file is what the `smplx` package understands: its joints stand where ours do."""

from pathlib import Path

import numpy as np
import pytest

from ponimator_runtime.client.playout import ReceivedMotion
from ponimator_runtime.files import save_smplx
from ponimator_runtime.motion.kinematics import joint_positions
from ponimator_runtime.motion.rotations import matrix_from_quaternion, quaternion_from_axis_angle
from ponimator_runtime.motion.skeleton import Skeleton

MODEL = Path(__file__).resolve().parents[2] / "training" / "ponimator_training" / "body" / "anny_smplx.npz"
FRAMES = 5


@pytest.fixture
def received():
    random_numbers = np.random.default_rng(3)
    return ReceivedMotion(
        start=40,
        rate_hz=30,
        rotations_xyzw=quaternion_from_axis_angle(random_numbers.normal(0, 0.5, (2, FRAMES, 55, 3))),
        translations=random_numbers.normal(0, 1, (2, FRAMES, 3)),
        foot_contacts=np.zeros((2, FRAMES, 4), dtype=bool),
        anchors=(42,),
    )


@pytest.fixture
def betas():
    return np.random.default_rng(4).normal(0, 1, (2, 10))


@pytest.fixture
def archive(tmp_path, received, betas):
    save_smplx(tmp_path / "motion.npz", received, betas, names=("Ann", "Ben"))
    with np.load(tmp_path / "motion.npz", allow_pickle=False) as loaded:
        return dict(loaded)


def test_keys_and_shapes(archive):
    shapes = {key: value.shape for key, value in archive.items()}
    assert shapes == {
        "global_orient": (2, FRAMES, 3),
        "body_pose": (2, FRAMES, 63),
        "jaw_pose": (2, FRAMES, 3),
        "leye_pose": (2, FRAMES, 3),
        "reye_pose": (2, FRAMES, 3),
        "left_hand_pose": (2, FRAMES, 45),
        "right_hand_pose": (2, FRAMES, 45),
        "transl": (2, FRAMES, 3),
        "betas": (2, 10),
        "expression": (2, 10),
        "mocap_frame_rate": (),
        "gender": (),
        "anchor_frames": (1,),
        "names": (2,),
    }
    assert (str(archive["gender"]), float(archive["mocap_frame_rate"])) == ("neutral", 30.0)
    assert archive["anchor_frames"].tolist() == [2]
    assert archive["body_pose"].dtype == np.float32


@pytest.mark.filterwarnings("ignore")
def test_smplx_puts_its_joints_where_ours_are(archive, received, betas):
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
    poses = ("global_orient", "body_pose", "jaw_pose", "leye_pose", "reye_pose", "left_hand_pose", "right_hand_pose")
    for person in range(2):
        parameters = {name: torch.from_numpy(archive[name][person]) for name in (*poses, "transl")}
        for name in ("betas", "expression"):
            parameters[name] = torch.from_numpy(archive[name][person]).expand(FRAMES, -1)
        with torch.no_grad():
            theirs = model(**parameters).joints[:, :55].numpy()
        rest = np.broadcast_to(skeleton.rest_joints(betas[person]), (FRAMES, 55, 3))
        ours = joint_positions(
            matrix_from_quaternion(received.rotations_xyzw[person]), received.translations[person], rest
        )
        assert np.abs(theirs - ours).max() < 1e-4
