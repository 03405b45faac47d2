"""Use the installed wheel as a first-time user would: load the magics, commit twice, look at the diff."""

import importlib.metadata
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
from IPython.core.interactiveshell import InteractiveShell

import dsa_workbench

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def main() -> None:
    """Leave with an error when anything a new user needs is missing."""
    if Path(dsa_workbench.__file__).is_relative_to(Path(sys.prefix)) is False:
        sys.exit(f"The sources were tried, not the wheel: {dsa_workbench.__file__}")
    if dsa_workbench.__version__ != importlib.metadata.version("dsa-workbench"):
        sys.exit(f"dsa_workbench.__version__ says {dsa_workbench.__version__}.")
    if not (Path(dsa_workbench.__file__).parent / "py.typed").exists():
        sys.exit("The wheel lacks py.typed: type checkers would ignore our hints.")

    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "dsa_workbench")
    if "dsa" not in shell.magics_manager.magics["line"]:
        sys.exit("%load_ext dsa_workbench did not bring %dsa.")

    command = [sys.executable, "-m", "jupyter", "server", "extension", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    if not re.search(r"dsa_workbench.*enabled.*dsa_workbench \S+ .*OK", listed.stdout + listed.stderr, re.DOTALL):
        sys.exit(f"Jupyter Server does not have the extension:\n{listed.stdout}{listed.stderr}")

    command = [sys.executable, "-m", "jupyter", "labextension", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True)
    told = _COLOUR.sub("", listed.stdout + listed.stderr)
    if f"dsa-workbench v{dsa_workbench.__version__} enabled OK" not in told:
        sys.exit(f"JupyterLab does not have the panel:\n{told}")

    if len(list((Path(dsa_workbench.__file__).parent / "api" / "event_schemas").glob("*.yaml"))) != 5:
        sys.exit("The wheel lacks schemas of events.")

    with dsa_workbench.connect() as wb:
        wb.commit(pd.DataFrame({"id": [1, 2], "city": ["Oslo", "Lima"]}), "towns", key=["id"], message="first")
        wb.commit(pd.DataFrame({"id": [1, 2], "city": ["Oslo", "Cusco"]}), "towns", message="second")
        diff = wb.diff("towns@main~1", "towns")
        changed = diff.summary["data"]["changed"]
        if "Cusco" not in diff.widget()._repr_mimebundle_()[0]["text/html"]:
            sys.exit("The widget of a diff does not show it.")
    if changed != 1:
        sys.exit(f"One changed row was expected, {changed} were found.")
    print(f"The wheel of dsa-workbench {dsa_workbench.__version__} works in a fresh environment.")


if __name__ == "__main__":
    main()
