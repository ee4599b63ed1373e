"""The provider decides: what a `[credential.verify]` section asks, and what the answer says.

Nothing here runs unless `--verify` was given, and what speaks to the network is imported only then.
"""
