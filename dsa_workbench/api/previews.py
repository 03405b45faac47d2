"""The route of previews: what would come of an import of files that are here whole."""

from __future__ import annotations

import re

from dsa_workbench.api.operation import JSON, Operation, operation
from dsa_workbench.api.preview_request import PreviewRequest
from dsa_workbench.api.receiving import ReceivingHandler
from dsa_workbench.api.several import find_whole
from dsa_workbench.api.uploads import RESOURCE
from dsa_workbench.models.previews import PreviewAsked, PreviewRunning, PreviewTold

_WAIT = re.compile(r"(?:^|,)\s*wait\s*=\s*(\d{1,5})\s*(?:,|$)")


class PreviewHandler(ReceivingHandler):
    """What would come of an import."""

    @operation(
        Operation(
            "Say what an import would come to; nothing is written", "write", RESOURCE,
            {200: PreviewTold, 202: PreviewRunning}, body=PreviewAsked, headers=("Prefer",),
            problems=(400, 403, 404, 409, 413, 415, 422),
        )
    )  # fmt: skip
    async def post(self, dataset: str, ref: str, upload: str, body: PreviewAsked) -> None:
        """Read the files as `complete` would, and tell of tables, misfits and changes; the uploads stay.

        One that takes long is answered by 202: the same again, and it is waited for further. ``Prefer: wait=5`` says
        how many seconds the client would wait at most.
        """
        found = await self.service.on_disk(lambda: find_whole(self, body))
        request = PreviewRequest(self.actor, found.source, dataset, ref, body, self.request_id)
        wait = _WAIT.search(self.request.headers.get("Prefer", ""))
        longest = self.service.limits.preview_seconds
        name = f"{found.first.id} {body.model_dump_json()}"
        told = await self.service.previews.ask(name, request, min(longest, float(wait[1])) if wait else longest)
        if told is None:
            self.set_header("Retry-After", "1")
            self.answer(PreviewRunning(), 202)
            return
        self.set_header("Cache-Control", "no-store")
        self.finish(told, set_content_type=f"{JSON}; charset=utf-8")
