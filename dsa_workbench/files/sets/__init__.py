"""Several files as one table: patterns, folders, URLs, and one schema for all."""
