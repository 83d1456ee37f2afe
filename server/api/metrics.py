"""GET /metrics, for Prometheus."""

from contextlib import suppress

from fastapi import APIRouter, Depends, Request, Response

from server.api.dependencies import TheAssistant
from server.observability.metrics import Metrics
from server.security.local import local_reader_of
from server.security.reader import Reader, Requires
from server.security.refused import AccessRefused


class _AdminOrThisMachine(Requires):
    """The administrator, or whoever calls from this machine itself: a Prometheus beside the service needs no key.

    How many documents there are, the internal ones included, and what is refused is for nobody else.
    """

    async def __call__(self, request: Request) -> Reader | None:
        with suppress(AccessRefused):
            role, name = local_reader_of(request)
            return Reader(role, name)
        return await super().__call__(request)


router = APIRouter(include_in_schema=False)


@router.get("/metrics", dependencies=[Depends(_AdminOrThisMachine("admin"))])
def metrics(request: Request, _assistant: TheAssistant) -> Response:
    """The metrics of this process, of the newest generation that can be opened."""
    found: Metrics = request.app.state.metrics
    body, content_type = found.exposition(request.headers.get("accept", ""))
    return Response(body, media_type=content_type, headers={"Cache-Control": "no-store"})
