"""Parquet and Arrow -> batches: foreign files are looked at before anything runs over them."""
