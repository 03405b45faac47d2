"""JSON in all its forms -> batches."""
