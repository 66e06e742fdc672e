"""The schedule and the sampler: reference properties and known values."""

import numpy as np
import pytest

from ponimator_runtime.diffusion.plan import Solver, ddim_plan, dpm_solver_plan, sampling_plan
from ponimator_runtime.diffusion.sampler import ddim_sample, guided, sample
from ponimator_runtime.diffusion.schedule import cosine_schedule, ddim_timesteps, log_snr_timesteps
from ponimator_runtime.errors import ConfigError

SCHEDULE = cosine_schedule()
SPREAD = 0.5
"""Standard deviation of the data whose best denoiser is known."""


def best_of_gaussian(noisy: np.ndarray, timestep: int) -> np.ndarray:
    """The mean of x₀ given x_t for data of variance SPREAD²."""
    alpha_bar = SCHEDULE.alpha_bar[timestep]
    return noisy * np.sqrt(alpha_bar) * SPREAD**2 / (alpha_bar * SPREAD**2 + 1 - alpha_bar)


def curved(noisy: np.ndarray, timestep: int) -> np.ndarray:
    """Some denoiser that is not linear and knows its time."""
    return np.tanh(noisy + 0.001 * timestep)


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
    noise = np.random.default_rng(1).normal(size=20_000)
    found = ddim_sample(best_of_gaussian, SCHEDULE, noise, steps=200)
    assert found.std() == pytest.approx(SPREAD, rel=0.03)


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


@pytest.mark.parametrize("count", [1, 2, 3, 5, 10, 20, 50, 100, 999, 1000])
def test_steps_in_signal_to_noise_fall_from_the_noisiest_to_the_cleanest(count: int) -> None:
    steps = log_snr_timesteps(SCHEDULE, count)
    assert len(steps) == count
    assert steps[0] == 999
    assert count == 1 or steps[-1] == 0
    assert np.all(np.diff(steps) < 0)


def test_steps_in_signal_to_noise_rise_by_the_same_where_timesteps_lie_close_enough() -> None:
    """The first is moved up to the noisiest, the last ones lie on the few timesteps that there are."""
    level = SCHEDULE.half_log_snr
    np.testing.assert_allclose(np.exp(2 * level), SCHEDULE.alpha_bar / (1 - SCHEDULE.alpha_bar), rtol=1e-9)
    rises = np.diff(level[log_snr_timesteps(SCHEDULE, 20)])
    assert rises[1:-4].max() / rises[1:-4].min() < 1.2
    assert rises[0] > 5 * rises[1]


@pytest.mark.parametrize("solver", Solver)
@pytest.mark.parametrize("count", [0, -1, 1001])
def test_a_plan_of_a_senseless_count_of_steps_is_refused(solver: Solver, count: int) -> None:
    with pytest.raises(ConfigError, match="1 to 1000"):
        sampling_plan(SCHEDULE, solver, count)


def test_coefficients_of_ddim_are_those_of_its_formula() -> None:
    """x' = √ᾱ' x̂₀ + √(1 − ᾱ') (x − √ᾱ x̂₀) / √(1 − ᾱ), sorted by x and x̂₀."""
    plan = ddim_plan(SCHEDULE, 10)
    np.testing.assert_array_equal(plan.timesteps, ddim_timesteps(1000, 10))
    alpha_bar = SCHEDULE.alpha_bar[plan.timesteps]
    here, following = alpha_bar[:-1], alpha_bar[1:]
    of_noisy = np.sqrt((1 - following) / (1 - here))
    of_clean = np.sqrt(following) - of_noisy * np.sqrt(here)
    np.testing.assert_allclose(plan.coefficients[:-1, 0], of_noisy, rtol=1e-12)
    np.testing.assert_allclose(plan.coefficients[:-1, 1], of_clean, rtol=1e-9)
    np.testing.assert_array_equal(plan.coefficients[:, 2], 0.0)
    assert plan.coefficients.dtype == np.float64


@pytest.mark.parametrize("solver", Solver)
@pytest.mark.parametrize("steps", [1, 2, 5, 50, 1000])
def test_the_last_step_of_every_plan_is_its_own_prediction(solver: Solver, steps: int) -> None:
    plan = sampling_plan(SCHEDULE, solver, steps)
    assert plan.coefficients.shape == (steps, 3)
    np.testing.assert_array_equal(plan.coefficients[-1], [0.0, 1.0, 0.0])
    assert plan.coefficients[0, 2] == 0.0
    assert np.isfinite(plan.coefficients).all()


def test_inner_steps_of_the_second_order_lean_on_the_step_before() -> None:
    """An x̂₀ that rises linearly in λ is found by extrapolating half a step: the midpoint of algorithm 2."""
    plan = dpm_solver_plan(SCHEDULE, 12)
    level = SCHEDULE.half_log_snr[plan.timesteps]
    signal = np.sqrt(SCHEDULE.alpha_bar[plan.timesteps])
    for k in range(1, 11):
        _, of_clean, of_before = plan.coefficients[k]
        midpoint = (level[k] + level[k + 1]) / 2
        weight = -signal[k + 1] * np.expm1(level[k] - level[k + 1])
        assert of_clean * level[k] + of_before * level[k - 1] == pytest.approx(weight * midpoint, abs=1e-9)
        assert of_before < 0


@pytest.mark.parametrize("steps", [1, 2, 5, 50, 1000])
def test_the_loop_with_ddims_plan_finds_what_the_slow_twin_finds(steps: int) -> None:
    noise = np.random.default_rng(2).normal(size=(2, 3, 4))
    found = sample(curved, ddim_plan(SCHEDULE, steps), noise)
    np.testing.assert_allclose(found, ddim_sample(curved, SCHEDULE, noise, steps=steps), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("solver", Solver)
@pytest.mark.parametrize("steps", [1, 2, 5, 50])
def test_every_solver_finds_the_clean_signal_of_a_perfect_denoiser(solver: Solver, steps: int) -> None:
    rng = np.random.default_rng(0)
    clean, noise = rng.normal(size=(2, 3, 5)), rng.normal(size=(2, 3, 5))
    found = sample(lambda _noisy, _t: clean, sampling_plan(SCHEDULE, solver, steps), noise)
    np.testing.assert_allclose(found, clean)


@pytest.mark.parametrize("solver", Solver)
def test_a_perfect_denoiser_sees_the_signal_noised_to_the_level_of_each_step(solver: Solver) -> None:
    clean, noise = np.array([1.0, -2.0]), np.array([0.3, 0.7])

    def denoiser(noisy: np.ndarray, timestep: int) -> np.ndarray:
        alpha_bar = SCHEDULE.alpha_bar[timestep]
        np.testing.assert_allclose(noisy, np.sqrt(alpha_bar) * clean + np.sqrt(1 - alpha_bar) * noise, atol=1e-4)
        return clean

    sample(denoiser, sampling_plan(SCHEDULE, solver, 10), noise)


@pytest.mark.parametrize("solver", Solver)
def test_one_step_is_the_first_prediction(solver: Solver) -> None:
    noise = np.array([0.5, -1.0])
    np.testing.assert_array_equal(sample(curved, sampling_plan(SCHEDULE, solver, 1), noise), curved(noise, 999))


def test_the_second_order_converges_faster_on_gaussian_data() -> None:
    """The slope of log error over log K; the exact path of Gaussian data keeps x_t over its standard deviation."""
    last = SCHEDULE.alpha_bar[0]
    exact = best_of_gaussian(np.array([np.sqrt(last * SPREAD**2 + 1 - last)]), 0)[0]
    counts = (16, 32, 64)

    def slope(solver: Solver) -> tuple[float, float]:
        found = [sample(best_of_gaussian, sampling_plan(SCHEDULE, solver, K), np.ones(1))[0] for K in counts]
        errors = np.abs(np.array(found) - exact)
        return float(np.polyfit(np.log(counts), np.log(errors), 1)[0]), float(errors[-1])

    (first_slope, first_error), (second_slope, second_error) = slope(Solver.DDIM), slope(Solver.DPMPP_2M)
    assert first_slope == pytest.approx(-1.0, abs=0.1)
    assert second_slope == pytest.approx(-2.0, abs=0.1)
    assert second_error < first_error / 10


@pytest.mark.parametrize("solver", Solver)
def test_a_constraint_holds_in_every_prediction_of_a_plan(solver: Solver) -> None:
    """What is held comes out as it is, and the denoiser sees it noised, as if it had predicted it itself."""
    held = np.array([3.0, np.nan, np.nan])
    seen: list[np.ndarray] = []

    def denoiser(noisy: np.ndarray, timestep: int) -> np.ndarray:
        seen.append(noisy)
        return curved(noisy, timestep)

    def constraint(clean: np.ndarray) -> np.ndarray:
        return np.where(np.isnan(held), clean, held)

    plan = sampling_plan(SCHEDULE, solver, 8)
    found = sample(denoiser, plan, np.zeros(3), constraint)
    assert found[0] == 3.0
    np.testing.assert_array_equal(found[1:], curved(seen[-1], int(plan.timesteps[-1]))[1:])
    expected = 3.0 * np.sqrt(SCHEDULE.alpha_bar[plan.timesteps[1:]])
    np.testing.assert_allclose([noisy[0] for noisy in seen[1:]], expected, rtol=1e-3, atol=1e-3)
