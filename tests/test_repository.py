"""The repository keeps what its README promises, and tells nothing of the machine it was written on."""

import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

import dsa_workbench

ROOT = Path(__file__).resolve().parents[1]
LONGEST = 400  # lines of a Python file; beyond that two ideas live in it
# Spelt in pieces, so that this file does not hold what it forbids.
MACHINE = re.compile("|".join(["/" + d + "/" for d in ("work", "root")] + [r"\.\./" + "shared"]))
# A package index is the user's choice; hosts of registries belong into the configuration of pip and npm.
HOSTS = re.compile(
    "|".join(["pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "registry" + r"\.yarnpkg"])
)
ALLOWED = {".ci/run": MACHINE}


@cache
def tracked() -> tuple[str, ...]:
    """List what git tracks or would track; a tree without git is listed by walking."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listing.returncode == 0 and listing.stdout.strip():
        return tuple(name for name in listing.stdout.splitlines() if (ROOT / name).is_file())
    made = {"node_modules", "__pycache__", "build", "dist"}
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return tuple(str(path) for path in files if not any(p in made or _is_cache(p) for p in path.parts[:-1]))


def _is_cache(folder: str) -> bool:
    return folder.startswith(".") and folder != ".ci"


def text_of(name: str) -> str:
    return (ROOT / name).read_bytes().decode("utf-8", errors="replace")


@pytest.mark.parametrize("pattern", [MACHINE, HOSTS], ids=["machine", "hosts"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}: {match.group(0)}"
        for name in tracked()
        if ALLOWED.get(name) is not pattern and (match := pattern.search(text_of(name)))
    ]
    assert found == []


def test_no_python_file_is_too_long() -> None:
    found = {
        name: count for name in tracked() if name.endswith(".py") and (count := text_of(name).count("\n")) > LONGEST
    }
    assert found == {}


def test_every_command_of_the_readme_is_a_target() -> None:
    promised = set(re.findall(r"(?:^|`)make ([a-z]+)", text_of("README.md"), flags=re.MULTILINE))
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), flags=re.MULTILINE))
    assert {"lab", "test", "demo"} <= promised
    assert promised <= targets


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/adr/README.md"])
def test_every_relative_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"(?:\]\(|src=\"|srcset=\")([^)\"#]+)", text_of(page))
    here = (ROOT / page).parent
    missing = [link for link in links if not re.match(r"[a-z]+:", link) and not (here / link).exists()]
    assert missing == []


def test_the_version_has_one_place() -> None:
    project = tomllib.loads(text_of("pyproject.toml"))["project"]
    assert "version" not in project
    assert re.fullmatch(r"\d+\.\d+\.\d+(\.?(a|b|rc|dev)\d+)?", dsa_workbench.__version__)


def test_every_invariant_has_a_test_of_its_name() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", text_of("docs/architecture.md")))
    written = "\n".join(text_of(name) for name in tracked() if name.startswith("tests/"))
    missing = {name for name in named if f"def {name}(" not in written}
    assert named
    assert missing == set()
