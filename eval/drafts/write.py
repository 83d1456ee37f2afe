"""A question file of drafts."""

import json
from collections.abc import Sequence
from pathlib import Path

from eval.drafts.corpus import draft_questions, sample_drafts
from eval.drafts.documents import read_documents
from eval.drafts.draft import Draft
from indexer.caching import Progress
from indexer.errors import ZhengwenError


def draft_corpus(
    paths: Sequence[Path], limit: int | None, seed: int, progress: Progress
) -> tuple[list[Draft], tuple[str, ...]]:
    """Drafts over the documents below the paths, and one line on each file that cannot be read. Raises ZhengwenError."""
    documents, skipped = read_documents(paths, progress)
    drafts = sample_drafts(draft_questions(documents, seed), limit, seed)
    if not drafts:
        raise ZhengwenError("这些文件里找不到可以提问的标题、术语、字段或数字 / nothing there to draft a question from")
    return drafts, skipped


def question_lines(drafts: Sequence[Draft]) -> str:
    """The drafts as a question file, one object a line."""
    return "".join(
        json.dumps(draft.as_json(number), ensure_ascii=False) + "\n" for number, draft in enumerate(drafts, start=1)
    )
