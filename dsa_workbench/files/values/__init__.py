"""Texts -> typed values: the forms that a text can have, the types that they give, and conversion."""
