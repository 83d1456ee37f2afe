"""A request that is not let in."""

from indexer.errors import ZhengwenError


class AccessRefused(ZhengwenError):
    """Not known (401), not allowed (403) or too often (429); ``retry_after``: seconds after which it may be tried again."""

    def __init__(self, status: int, detail: str, retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.retry_after = retry_after
