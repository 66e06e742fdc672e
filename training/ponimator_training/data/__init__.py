"""Where training data comes from: readers, extraction, and the synthetic set."""
