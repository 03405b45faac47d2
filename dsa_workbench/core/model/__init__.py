"""The words of the product as frozen data: standard library only, no connection, no Arrow."""
