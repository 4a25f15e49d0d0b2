"""What a question wants, a kind a module; each gives None for a question that wants something else."""
