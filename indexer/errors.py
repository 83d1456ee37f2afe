"""Errors a person can act on. Each message is one line: what, where, what to do."""


class ZhengwenError(Exception):
    """Base of every error whose message is written for the user."""


class UnreadableFile(ZhengwenError):
    """One file cannot be read; the others still are."""


class NothingToIndex(ZhengwenError):
    """No document could be read, so there is nothing to publish. ``skipped``: each file passed over, and why."""

    def __init__(self, message: str, skipped: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.skipped = skipped


class StoreInUse(ZhengwenError):
    """Another process is writing to the same data directory."""


class StoreMismatch(ZhengwenError):
    """The data directory was written by another version of this program."""


class NoGeneration(ZhengwenError):
    """Nothing has been published in the data directory yet."""


class DamagedGeneration(ZhengwenError):
    """A published file is missing, truncated or altered."""


class EncoderMismatch(ZhengwenError):
    """The index was built with another encoder than the one asked for."""


class EncoderUnavailable(ZhengwenError):
    """The encoder named in the settings cannot be loaded."""


class UnknownDocument(ZhengwenError):
    """No document has this id."""


def reason_of(error: BaseException) -> str:
    """What an error of a library says, in at most 200 characters of one line; its class where it says nothing."""
    said = str(error).strip()
    return said.splitlines()[0][:200] if said else type(error).__name__
