"""How a store's tables came to be: a file a step under `versions`, run by `upgrade` when a store opens."""
