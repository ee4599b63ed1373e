"""Rules that were written for other scanners, read as patterns of ours; what cannot be read so is named."""
