"""What waits for the person who has signed in: each room adds its rows, the start page lists them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import Blueprint, Flask, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from marketplace.clock import today
from marketplace.swedish import swedish_key
from marketplace.tenancy import Actor, current_actor
from marketplace.web.guards import signed_in

bp = Blueprint("start", __name__)


@dataclass(frozen=True)
class WaitingItem:
    """One thing to do: a sentence, its deadline if it has one, and the page where it is done."""

    deadline: date | None
    text_sv: str
    url_endpoint: str
    url_args: dict[str, Any] = field(default_factory=dict)
    kind_sv: str = ""

    @property
    def url(self) -> str:
        return url_for(self.url_endpoint, **self.url_args)

    @property
    def is_late(self) -> bool:
        return self.deadline is not None and self.deadline < today()

    @property
    def is_due_today(self) -> bool:
        return self.deadline == today()


Waiting = Callable[[Actor], list[WaitingItem]]
_EXTENSION = "platstorget.waiting"
_FIRST = 10  # rows of the start page before "show the rest"


def register_waiting(app: Flask, *sources: Waiting) -> None:
    """Let these rooms add rows to the start page. Called by the composition root."""
    app.extensions.setdefault(_EXTENSION, []).extend(sources)


def waiting_for(actor: Actor) -> list[WaitingItem]:
    """Everything that waits for `actor`, oldest deadline first and what has none last; ties by kind and text."""
    sources: list[Waiting] = current_app.extensions.get(_EXTENSION, [])
    items = [item for source in sources for item in source(actor)]
    return sorted(
        items,
        key=lambda item: (item.deadline or date.max, swedish_key(item.kind_sv), swedish_key(item.text_sv)),
    )


@bp.get("/")
@signed_in
def show() -> ResponseReturnValue:
    actor = current_actor()
    if actor.role is None:
        return redirect(url_for("accounts.choose_membership"))
    items = waiting_for(actor)
    asked = request.args.get("slag")
    chosen = [item for item in items if asked in (None, item.kind_sv)]
    shown = chosen if request.args.get("alla") else chosen[:_FIRST]
    return render_template(
        "work/start.html",
        items=items,
        shown=shown,
        hidden=len(chosen) - len(shown),
        asked=asked,
        counts=Counter(item.kind_sv for item in items),
        late=sum(item.is_late for item in items),
    )
