"""The REST API: handlers of a Jupyter Server extension, which also runs alone."""
