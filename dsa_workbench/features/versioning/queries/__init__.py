"""SQL and conditions on versions: DuckDB computes, and sees only the tables, columns and chunks that it needs."""
