"""What things are, and where they lie."""
