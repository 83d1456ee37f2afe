"""What the routers share: the assistant and the settings of the running app.

What only looks something up is asynchronous: for anything else FastAPI waits for a thread, longer than the thing itself takes.
"""

from typing import Annotated

from fastapi import Depends, Request

from server.assistant import Assistant
from server.recent import RecentAnswers
from server.security.access import Access
from server.settings import Settings


def assistant(request: Request) -> Assistant:
    """The assistant, at the newest published generation, which may have to be opened."""
    found: Assistant = request.app.state.assistant
    found.refresh()
    return found


async def settings(request: Request) -> Settings:
    """The settings the app was made with."""
    found: Settings = request.app.state.settings
    return found


async def recent(request: Request) -> RecentAnswers:
    """The answers of the last hours."""
    found: RecentAnswers = request.app.state.recent
    return found


async def access(request: Request) -> Access:
    """Who may come in."""
    found: Access = request.app.state.access
    return found


TheAssistant = Annotated[Assistant, Depends(assistant)]
TheSettings = Annotated[Settings, Depends(settings)]
TheAccess = Annotated[Access, Depends(access)]
TheRecent = Annotated[RecentAnswers, Depends(recent)]
