"""What every test may ask for.

Fixtures that start Postgres stand in tests/fixtures/ and are named in `pytest_plugins` below.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# One deadline-free base: a shared machine is slow now and then, and speed is the benchmarks' business.
_SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)
settings.register_profile("default", max_examples=50, deadline=None, suppress_health_check=_SLOW)
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, print_blob=True)
settings.register_profile("nightly", settings.get_profile("default"), max_examples=2_000)
settings.load_profile(os.environ.get("DSA_HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Give the folder of real files that DSA_CORPORA names, or skip."""
    folder = os.environ.get("DSA_CORPORA")
    if not folder:
        pytest.skip("DSA_CORPORA names no folder of real files")
    return Path(folder)


pytest_plugins = [
    "tests.fixtures.jobs",
    "tests.fixtures.postgres",
    "tests.fixtures.server",
    "tests.fixtures.workbench",
    "tests.fixtures.workers",
    "tests.fixtures.doors",
    "tests.fixtures.lab",
    "tests.fixtures.spreading",
]
