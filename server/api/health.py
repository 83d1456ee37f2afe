"""GET /healthz and /readyz, for whatever watches the service."""

from contextlib import suppress

from fastapi import APIRouter, Depends, Request

from server.api.dependencies import TheAssistant
from server.security.reader import reader_of, requires
from server.security.refused import AccessRefused

# A watcher has no key; what it is told names no document.
router = APIRouter(dependencies=[Depends(requires(None))])


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(request: Request, assistant: TheAssistant) -> dict[str, str | int]:
    """An index is open and answers; 503 otherwise. How many documents it holds is for those who may see them all."""
    generation = assistant.generation
    ready: dict[str, str | int] = {"status": "ready", "generation": generation.name}
    with suppress(AccessRefused):
        if (await reader_of(request)).may("staff"):
            ready["documents"] = generation.manifest.documents
    return ready
