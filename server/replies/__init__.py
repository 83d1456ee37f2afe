"""Replies to proposals (答复函): found by what is known of them, what they say is done and promise, what bears on them."""

from server.replies.commitments import Statement, commitments
from server.replies.filters import ReplyFilters, checked_reply_filters
from server.replies.reply import Reply, ReplyPage, reply_of

__all__ = ["Reply", "ReplyFilters", "ReplyPage", "Statement", "checked_reply_filters", "commitments", "reply_of"]
