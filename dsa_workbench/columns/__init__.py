"""Arrow <-> bytes: pure functions of arrays, which know nothing of files or stores."""
