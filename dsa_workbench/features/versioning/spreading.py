"""What is said where work was sent to others and did not come back."""


class SpreadFailed(Exception):
    """Slices that could not be done where they were sent to: all of it is to be done here."""
