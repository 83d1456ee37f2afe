"""GET /api/documents: what is indexed, with metadata, outline and text."""

from fastapi import APIRouter

from server.api.dependencies import TheAssistant
from server.api.schemas import DocumentList, DocumentOut, DocumentSummary, TextOut

router = APIRouter()


@router.get("/api/documents")
def list_documents(assistant: TheAssistant) -> DocumentList:
    """Every document, in the order of its path."""
    documents = [
        DocumentSummary.of(document, assistant.versions(document.document_id)) for document in assistant.documents()
    ]
    return DocumentList(total=len(documents), documents=documents)


@router.get("/api/documents/{document_id}")
def show_document(document_id: str, assistant: TheAssistant) -> DocumentOut:
    """One document: its fields with the spans they were read from, its outline, its pages, its other versions."""
    return DocumentOut.of(assistant.document(document_id), assistant.versions(document_id))


@router.get("/api/documents/{document_id}/text")
def document_text(document_id: str, assistant: TheAssistant) -> TextOut:
    """The canonical text, which every span counts over in Unicode code points."""
    return TextOut(document_id=document_id, text=assistant.document(document_id).text)
