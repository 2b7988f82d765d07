"""A draft that is saved by its button, and behind the page by static/draft.js: both post to the same address, with how
many times it had been saved when the page was opened."""

from flask import request

from marketplace.errors import Conflict

_STALE_SV = "Utkastet har sparats på ett annat ställe sedan du öppnade sidan."


def is_background() -> bool:
    """Whether the script asks, which wants JSON."""
    return request.accept_mimetypes.best == "application/json"


def saves_in(mark: str | None) -> int | None:
    """What the page's hidden box says; None when it is not a number."""
    mark = mark or ""
    return int(mark) if mark.isascii() and mark.isdecimal() and len(mark) < 10 else None


def refuse_stale(opened_with: int | None, saves: int) -> None:
    """Raises Conflict when someone has saved since the page was opened; None does not ask."""
    if opened_with is not None and opened_with != saves:
        raise Conflict(_STALE_SV)
