"""The repositories and the segment store on Postgres: the only SQL in the house."""
