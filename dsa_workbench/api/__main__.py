"""Runs the service alone, as ``jupyter dsa`` does: ``python -m dsa_workbench.api``."""

from dsa_workbench.api.extension import main

if __name__ == "__main__":
    main()  # type: ignore[no-untyped-call] # traitlets has no types for it
