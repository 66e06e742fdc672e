"""What happens in each kind of interaction, by theme; every function plays one kind on a stage."""
