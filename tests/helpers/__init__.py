"""What several tests make: credentials from shapes, repositories from real git."""
