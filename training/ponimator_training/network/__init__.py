"""The two networks in torch, and the torch twins of the runtime's motion formulas that their losses need.

Both networks read and write *latent units*: features that are centred and scaled by buffers which the network carries
(`residual_scale` of the animator, `feature_mean` and `feature_std` of the generator), so that noise of unit variance
fits them.
"""
