"""The house rules that a machine can check: the layers, and what the layers' tool cannot see."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("dsa_workbench", "kernel_magics")
# Environment variables are read here; everything else is handed values.
DOORS = {"dsa_workbench/settings.py", "kernel_magics", "dsa_workbench/api"}
FORBIDDEN_NAMES = {"utils", "util", "helpers", "common", "misc"}


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from sorted((ROOT / package).rglob("*.py"))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [("." * node.level) + (node.module or "")]
    return []


def is_ours(name: str) -> bool:
    return name.startswith(".") or name.split(".", maxsplit=1)[0] in PACKAGES


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    # -I keeps this process's own paths out: the copy in `folder` must be what is looked at.
    code = "import sys; sys.path.insert(0, '.'); from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-I", "-c", code, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Give a copy of the packages and their contracts, to be spoiled."""
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "labextension")
        )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_layers_hold(house: Path) -> None:
    result = lint_imports(house)
    assert result.returncode == 0, result.stdout + result.stderr


SPOILERS = {
    "dsa_workbench/core/model/spoiler.py": "import pyarrow",
    "dsa_workbench/core/services/spoiler.py": "import dsa_workbench.columns",
    "dsa_workbench/columns/spoiler.py": "import dsa_workbench.files",
    "dsa_workbench/files/spoiler.py": "import dsa_workbench.core.services.interfaces",
    "dsa_workbench/files/values/spoiler.py": "import dsa_workbench.files.text",
    "dsa_workbench/features/spoiler.py": "import sqlalchemy",
    "dsa_workbench/features/refs/spoiler.py": "import dsa_workbench.features.imports",
    "dsa_workbench/rendering/spoiler.py": "import dsa_workbench.results",
    "dsa_workbench/results/spoiler.py": "import IPython",
    "dsa_workbench/core/services/postgres/spoiler.py": "import tornado",
    "dsa_workbench/features/versioning/spoiler.py": "import dask",
    "kernel_magics/spoiler.py": "import psycopg",
    "dsa_workbench/widgets/spoiler.py": "import dsa_workbench.workbench",
    "dsa_workbench/workbench/spoiler.py": "import anywidget",
}


@pytest.mark.parametrize("path", SPOILERS)
def test_a_wrong_import_is_caught(house: Path, path: str) -> None:
    folder = (house / path).parent
    if not (folder / "__init__.py").exists():
        pytest.skip(f"{folder.name} is not a package")
    (house / path).write_text(f'"""Spoils the house."""\n\n{SPOILERS[path]}\n', encoding="utf-8")

    result = lint_imports(house)

    assert result.returncode == 1, result.stdout + result.stderr
    assert "spoiler" in result.stdout


def test_no_import_of_our_own_package_inside_a_function() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for function in ast.walk(parsed(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and any(map(is_ours, imported(node)))
    ]
    assert found == []


def test_the_model_imports_the_standard_library_alone() -> None:
    allowed = sys.stdlib_module_names | {"dsa_workbench"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for path in [*(ROOT / "dsa_workbench/core/model").glob("*.py"), ROOT / "dsa_workbench/errors.py"]
        for node in ast.walk(parsed(path))
        for name in imported(node)
        if name.split(".")[0] not in allowed
    ]
    assert found == []


def test_the_environment_is_read_at_the_doors_only() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        if not any(path.is_relative_to(ROOT / door) for door in DOORS)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"environ", "environb", "getenv"}
        and isinstance(node.value, ast.Name)
        and node.value.id == "os"
    ]
    assert found == []


def test_no_module_is_named_after_nothing() -> None:
    found = [str(path.relative_to(ROOT)) for path in sources() if FORBIDDEN_NAMES & {*path.parts, path.stem}]
    assert found == []


def test_importing_the_package_stays_light() -> None:
    heavy = {
        "pandas",
        "pyarrow",
        "sqlalchemy",
        "dask",
        "distributed",
        "tornado",
        "IPython",
        "numpy",
        "psycopg",
        "anywidget",
    }
    code = "import sys, dsa_workbench; print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert heavy & set(result.stdout.split()) == set()
