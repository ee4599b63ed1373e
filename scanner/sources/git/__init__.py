"""git repositories: one safe door to git, objects in pack order, and where each object came from."""

import os

# numpy's algebra is not used here, and its threads, made when it is imported, spin for a while beside ours.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
