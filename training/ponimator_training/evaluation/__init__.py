"""How good the models are, in numbers and pictures: against held-out truth and simple baselines.

It only reads trained networks; nothing here changes one. Legend beyond the project's: W windows, Q points, V vertices,
L features of the autoencoder, C kinds of interaction.
"""
