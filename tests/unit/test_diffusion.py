"""The schedule and the sampler: reference properties and known values."""

import numpy as np
import pytest

from ponimator_runtime.diffusion.sampler import ddim_sample, guided
from ponimator_runtime.diffusion.schedule import cosine_schedule, ddim_timesteps
from ponimator_runtime.errors import ConfigError

SCHEDULE = cosine_schedule()


def test_alpha_bar_falls_from_one_to_zero() -> None:
    assert SCHEDULE.training_steps == 1000
    assert np.all(np.diff(SCHEDULE.alpha_bar) < 0)
    assert SCHEDULE.alpha_bar[0] > 0.9999
    assert SCHEDULE.alpha_bar[-1] < 1e-7


def test_alpha_bar_is_the_cosine_of_the_paper() -> None:
    """Nichol & Dhariwal 2021, equation 17, before the cap on β takes hold."""
    step = np.array([0, 99, 499, 899])
    angle = ((step + 1) / 1000 + 0.008) / 1.008 * np.pi / 2
    first = np.cos(0.008 / 1.008 * np.pi / 2) ** 2
    np.testing.assert_allclose(SCHEDULE.alpha_bar[step], np.cos(angle) ** 2 / first, rtol=1e-9)


def test_beta_is_capped() -> None:
    betas = 1 - SCHEDULE.alpha_bar[1:] / SCHEDULE.alpha_bar[:-1]
    assert betas.max() == pytest.approx(0.999)


def test_fifty_steps_are_at_equal_distances_from_the_noisiest_down() -> None:
    steps = ddim_timesteps(1000, 50)
    assert steps[0] == 999
    assert set(np.diff(steps)) == {-20}
    assert len(steps) == 50


@pytest.mark.parametrize("count", [1, 2, 3, 7, 10, 20, 999, 1000])
def test_any_count_of_steps_is_falling_and_in_range(count: int) -> None:
    steps = ddim_timesteps(1000, count)
    assert len(steps) == count
    assert steps[0] == 999
    assert steps[-1] >= 0
    assert np.all(np.diff(steps) < 0)


@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_senseless_count_of_steps_is_refused(count: int) -> None:
    with pytest.raises(ConfigError, match="1 to 1000"):
        ddim_timesteps(1000, count)


@pytest.mark.parametrize("steps", [1, 5, 50])
def test_a_perfect_denoiser_gives_the_clean_signal(steps: int) -> None:
    rng = np.random.default_rng(0)
    clean, noise = rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 3, 5))
    found = ddim_sample(lambda _noisy, _t: clean, SCHEDULE, noise, steps=steps)
    np.testing.assert_allclose(found, clean)


def test_the_path_keeps_the_marginals_of_gaussian_data() -> None:
    """For data of variance s² the best denoiser is linear; DDIM must turn unit noise into that variance."""
    spread = 0.5
    rng = np.random.default_rng(1)
    noise = rng.normal(size=20_000)

    def best(noisy: np.ndarray, timestep: int) -> np.ndarray:
        alpha_bar = SCHEDULE.alpha_bar[timestep]
        return noisy * np.sqrt(alpha_bar) * spread**2 / (alpha_bar * spread**2 + 1 - alpha_bar)

    found = ddim_sample(best, SCHEDULE, noise, steps=200)
    assert found.std() == pytest.approx(spread, rel=0.03)


def test_a_constraint_holds_in_the_result_and_is_seen_on_the_way() -> None:
    seen = []

    def denoiser(noisy: np.ndarray, timestep: int) -> np.ndarray:
        seen.append((timestep, noisy.copy()))
        return np.zeros_like(noisy)

    def known(clean: np.ndarray) -> np.ndarray:
        held = clean.copy()
        held[0] = 3.0
        return held

    found = ddim_sample(denoiser, SCHEDULE, np.zeros(4), steps=10, constraint=known)
    np.testing.assert_array_equal(found, [3.0, 0.0, 0.0, 0.0])
    last_timestep, last_noisy = seen[-1]
    assert last_noisy[0] == pytest.approx(3.0 * np.sqrt(SCHEDULE.alpha_bar[last_timestep]), rel=0.01)


def test_guidance_of_weight_one_is_the_condition_itself() -> None:
    u, c = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    np.testing.assert_allclose(guided(u, [c], guidance_weight=1.0), c)
    np.testing.assert_allclose(guided(u, [], guidance_weight=3.5), u)


def test_both_conditions_push_from_the_unconditional() -> None:
    u, pose, text = np.array([1.0]), np.array([2.0]), np.array([0.0])
    np.testing.assert_allclose(guided(u, [pose, text], guidance_weight=3.5), [1.0 + 3.5 - 3.5])
