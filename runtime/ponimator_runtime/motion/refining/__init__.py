"""What is done to poses and windows after they were sampled: bodies taken apart, feet planted."""
