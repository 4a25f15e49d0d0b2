"""Files → the archive: what is new, what changed, what an editor corrected."""
