"""Files and frames brought into the store."""
