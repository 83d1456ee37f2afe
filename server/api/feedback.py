"""POST /api/feedback: what a reader thinks of an answer, stored with the answer and its passages."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from server.api.dependencies import TheAssistant, TheRecent
from server.api.schemas import AnswerOut, Model, Text
from server.feedback import Feedback, FeedbackStore, Rating
from server.security.reader import TheReader

router = APIRouter()


class FeedbackIn(Model):
    """A rating of an answer given a while ago."""

    answer_id: Annotated[Text, Field(min_length=1, max_length=100)]
    rating: Rating
    comment: Annotated[Text, Field(max_length=2_000)] | None = None


class FeedbackOut(Model):
    answer_id: str
    at: str
    rating: Rating
    comment: str | None
    answer: AnswerOut

    @classmethod
    def of(cls, feedback: Feedback) -> "FeedbackOut":
        """A rating as JSON, with the answer as it was returned."""
        return cls(
            answer_id=feedback.answer_id, at=feedback.at, rating=feedback.rating, comment=feedback.comment,
            answer=AnswerOut.model_validate(feedback.answer),
        )  # fmt: skip


class FeedbackList(Model):
    total: int
    up: int
    down: int
    feedback: list[FeedbackOut]

    @classmethod
    def of(cls, found: list[Feedback]) -> "FeedbackList":
        """Everything stored, newest first, and how many are of each kind."""
        up = sum(one.rating == "up" for one in found)
        return cls(total=len(found), up=up, down=len(found) - up, feedback=[FeedbackOut.of(one) for one in found])


class FeedbackStored(Model):
    answer_id: str
    rating: Rating
    at: str


@router.post("/api/feedback", status_code=201)
def add_feedback(body: FeedbackIn, reader: TheReader, assistant: TheAssistant, recent: TheRecent) -> FeedbackStored:
    """Store a rating; a second one of the same answer replaces the first."""
    stored = FeedbackStore(assistant.data_dir).add(recent.answer(body.answer_id), body.rating, body.comment)
    return FeedbackStored(answer_id=stored.answer_id, rating=stored.rating, at=stored.at)
