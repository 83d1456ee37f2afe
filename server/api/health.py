"""GET /healthz and /readyz, for whatever watches the service."""

from fastapi import APIRouter

from server.api.dependencies import TheAssistant

router = APIRouter()


@router.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz")
def readyz(assistant: TheAssistant) -> dict[str, str | int]:
    """An index is open and answers; 503 otherwise."""
    generation = assistant.generation
    return {"status": "ready", "generation": generation.name, "documents": generation.manifest.documents}
