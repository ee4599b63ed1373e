"""The sweep of an organisation: inventory, mirrors, scan of what is new, store, notifications."""
