"""git repositories: one safe door to git, objects in pack order, and where each object came from."""
