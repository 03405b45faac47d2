"""The route of queries in SQL: computed in this server, which is that of the one who asks, and sent as a stream."""

from __future__ import annotations

import json
from asyncio import get_running_loop
from typing import Any

from dsa_workbench.api.base import ApiHandler
from dsa_workbench.api.negotiation import ARROW_STREAM, FORMATS, XLSX, chosen
from dsa_workbench.api.operation import Operation, operation
from dsa_workbench.api.problems import HttpProblem
from dsa_workbench.api.streaming import Pipe
from dsa_workbench.core.model.spec import parse_spec
from dsa_workbench.errors import Unsupported
from dsa_workbench.features.versioning.queries.brake import Brake, Stopped
from dsa_workbench.features.versioning.queries.query import Query
from dsa_workbench.features.versioning.queries.query import query as understood
from dsa_workbench.files.writing import WriteOptions, write_batches
from dsa_workbench.models.queries import QueryAsked

_FORMATS = FORMATS | {XLSX: "xlsx"}


class QueryHandler(ApiHandler):
    """Versions, asked in SQL."""

    _brake: Brake | None = None
    _late = False

    @operation(
        Operation(
            "Ask versions in SQL: rows as a stream", "read", "query", {200: None}, body=QueryAsked,
            media=tuple(_FORMATS), headers=("Accept",), problems=(400, 403, 404, 406, 501, 504),
        )
    )  # fmt: skip
    async def post(self, body: QueryAsked) -> None:
        """Compute until the rows are out, the time is over, or nobody reads any more."""
        queries = self.service.queries
        if not queries.allowed:
            raise Unsupported(
                "This server computes no queries.",
                hint="It is the service of a team. Ask in a notebook: %%dsa sql and wb.sql(...) compute there.",
            )
        media = chosen(self.request.headers.get("Accept", ""), tuple(_FORMATS))
        brake = self._brake = Brake()
        timer = get_running_loop().call_later(self.service.limits.query_seconds, self._be_late)
        try:
            query = await queries.run(brake, lambda: self._understood(body, brake))
            self.set_header("Content-Type", media)
            self.set_header("Cache-Control", "no-store")
            commits = {name: found.commit.id for name, found in query.tables.items()}
            self.set_header("X-DSA-Versions", json.dumps(commits))

            def write(pipe: Pipe) -> None:
                # Arrow goes bare: the reader in the browser has no zstd.
                options = WriteOptions(table="query", compression="none" if media == ARROW_STREAM else None)
                write_batches(query.batches(), query.schema, pipe, _FORMATS[media], options)  # type: ignore[arg-type] # all of a binary file that is written to

            await self.send_stream(write, lambda work: queries.run(brake, work))
        except Stopped as err:
            if not self._late:
                return  # nobody reads what would be answered
            seconds = self.service.limits.query_seconds
            raise HttpProblem(
                504, f"The query gave no rows in {seconds:g} seconds.",
                hint="Narrow it down with WHERE, or run it in a notebook by %%dsa sql, which has no such limit.",
            ) from err  # fmt: skip
        finally:
            timer.cancel()

    def _understood(self, body: QueryAsked, brake: Brake) -> Query:
        wb = self.service.workbench(self.actor)
        commits = {parse_spec(name): commit for name, commit in body.versions.items()}
        return understood(
            wb.actor, wb.store, wb.cache, body.statement, {}, body.limit, commits=commits, brake=brake
        )  # fmt: skip

    def _be_late(self) -> None:
        # Rows that go out already come as fast as they are read.
        if self._brake is not None and not self._headers_written:
            self._late = True
            self._brake.pull()

    def on_connection_close(self) -> None:
        """End the query: nobody waits for it any more."""
        super().on_connection_close()
        if self._brake is not None:
            self._brake.pull()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Tell of an error; the headers of rows that were to come are none of it."""
        self.clear_header("X-DSA-Versions")
        super().write_error(status_code, **kwargs)
