"""Durable jobs: written down, taken from a queue by workers, done on their threads, and done again where need be."""
