"""/api/desk: what readers said and what they missed; the last evaluation."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from server.api.dependencies import TheAssistant, TheSettings
from server.api.desk_schemas import DeskFeedback, DeskFeedbackList, EvaluationOut, UnansweredList, UnansweredOut
from server.desk.evaluation import Evaluation, evaluation_folder, last_evaluation
from server.desk.unanswered import UnansweredStore
from server.feedback import FeedbackStore, Rating
from server.security.reader import TheAdmin

router = APIRouter()

# Wrong answers of a report that are shown; the page of the report has all of them.
_MAX_WRONG = 20
# The report carries its style within itself. It runs no script, loads nothing and is no part of the pages beside it.
_REPORT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"


@router.get("/api/desk/feedback")
def feedback(
    _reader: TheAdmin, assistant: TheAssistant, rating: Rating | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> DeskFeedbackList:  # fmt: skip
    """Ratings, newest first, each with the passages concerned; the counts are of all of them."""
    found = FeedbackStore(assistant.data_dir).all()
    up = sum(one.rating == "up" for one in found)
    chosen = [one for one in found if rating is None or one.rating == rating]
    return DeskFeedbackList(
        total=len(chosen), up=up, down=len(found) - up, feedback=[DeskFeedback.of(one) for one in chosen[:limit]]
    )


@router.get("/api/desk/unanswered")
def unanswered(
    _reader: TheAdmin, assistant: TheAssistant, settings: TheSettings, days: Annotated[int, Query(ge=1, le=3_660)] = 7
) -> UnansweredList:
    """Questions of the last days that got no answer, the most frequent first."""
    found = UnansweredStore(assistant.data_dir, settings.unanswered_days).since(days)
    return UnansweredList(
        days=days, recorded=settings.record_unanswered, kept_days=settings.unanswered_days,
        questions=[UnansweredOut.model_validate(one) for one in found],
    )  # fmt: skip


def _shown(report: Any) -> dict[str, Any]:
    """The report without what grows with the number of queries."""
    kept = {name: value for name, value in report.items() if name not in ("queries_by_system", "per_query")}
    if isinstance(kept.get("wrong"), list):
        kept["wrong"] = kept["wrong"][:_MAX_WRONG]
    return kept


def _last(assistant: TheAssistant, settings: TheSettings) -> Evaluation | None:
    return last_evaluation(evaluation_folder(assistant.data_dir, settings.evaluation_dir))


@router.get("/api/desk/evaluation")
def evaluation(_reader: TheAdmin, assistant: TheAssistant, settings: TheSettings) -> EvaluationOut:
    """The last report of ``python -m eval``."""
    last = _last(assistant, settings)
    return EvaluationOut(
        folder=str(evaluation_folder(assistant.data_dir, settings.evaluation_dir)),
        report=_shown(last.report) if last else None,
        page="/api/desk/evaluation/report" if last and last.page else None,
    )


@router.get("/api/desk/evaluation/report", response_class=HTMLResponse)
def evaluation_page(_reader: TheAdmin, assistant: TheAssistant, settings: TheSettings) -> HTMLResponse:
    """The HTML page of the last report."""
    last = _last(assistant, settings)
    if last is None or last.page is None:
        raise HTTPException(404, "没有评测报告 / there is no report")
    text = last.page.read_text(encoding="utf-8", errors="replace")
    return HTMLResponse(text, headers={"Content-Security-Policy": _REPORT_POLICY})
