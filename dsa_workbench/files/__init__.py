"""Files <-> Arrow record batches. Nothing here knows of stores, versions or datasets; `source` is the door."""
