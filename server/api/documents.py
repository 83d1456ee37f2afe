"""GET /api/documents: what is indexed, with metadata, outline and text."""

from fastapi import APIRouter

from server.api.dependencies import TheAssistant
from server.api.schemas import DocumentList, DocumentOut, DocumentSummary, TextOut
from server.security.reader import TheReader

router = APIRouter()


@router.get("/api/documents")
def list_documents(reader: TheReader, assistant: TheAssistant) -> DocumentList:
    """Every document, in the order of its path."""
    documents = [
        DocumentSummary.of(document, assistant.versions(document.document_id, reader.role))
        for document in assistant.documents(reader.role)
    ]
    return DocumentList(total=len(documents), documents=documents)


@router.get("/api/documents/{document_id}")
def show_document(document_id: str, reader: TheReader, assistant: TheAssistant) -> DocumentOut:
    """One document: its fields with the spans they were read from, its outline, its pages, its other versions."""
    return DocumentOut.of(assistant.document(document_id, reader.role), assistant.versions(document_id, reader.role))


@router.get("/api/documents/{document_id}/text")
def document_text(document_id: str, reader: TheReader, assistant: TheAssistant) -> TextOut:
    """The canonical text, which every span counts over in Unicode code points."""
    return TextOut(document_id=document_id, text=assistant.document(document_id, reader.role).text)
