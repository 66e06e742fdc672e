"""Diffusion in pure numpy: schedule and plan are data, the sampler is a loop, the denoiser is a callable.

| paper        | here                        |
|--------------|-----------------------------|
| t            | `timestep`, 0 … 999         |
| ᾱ_t          | `Schedule.alpha_bar[t]`     |
| λ_t          | `Schedule.half_log_snr[t]`  |
| x_t          | `noisy`                     |
| x̂₀           | `clean`                     |
| guidance s   | `guidance_weight`           |
"""
