"""What an authored pattern file says, as records: schema, relation, shapes, and the cached index."""
