"""What schemathesis does not know by itself: bodies that are bytes."""

import schemathesis
from schemathesis import SerializationContext


@schemathesis.serializer("application/vnd.apache.arrow.stream")
def arrow(ctx: SerializationContext, value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")
