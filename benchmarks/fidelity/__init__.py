"""Every file of the test corpora, read by us and by others, and held to the same truth: ``make fidelity``."""
