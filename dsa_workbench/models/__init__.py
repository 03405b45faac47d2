"""The shapes on the wire: what the REST API takes and gives, checked by pydantic and told by openapi.json."""
