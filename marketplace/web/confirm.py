"""A page that says what an action will cause, or what is in its way, and asks once before it is taken."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flask import redirect, render_template
from flask.typing import ResponseReturnValue

from marketplace.errors import DomainError
from marketplace.rules import TransitionTable, advance
from marketplace.tenancy import current_actor
from marketplace.web.forms import BaseForm, ConfirmForm, acted


@dataclass(frozen=True)
class Question:
    """`title` is also the button's. `done` is said afterwards, on the page `back`."""

    title: str
    breadcrumb: Sequence[tuple[str, str]]
    causes: Sequence[str]
    done: str
    back: str
    is_ending: bool = False
    obstacles: Sequence[str] = ()
    """What has to be out of the way first. While there is anything there is no button."""
    way_on: tuple[str, str] | None = None
    """Label and address of where the obstacles are dealt with."""


def obstacles(table: TransitionTable, state: StrEnum, action: StrEnum, *others: str) -> list[str]:
    """Why the actor cannot take the action: the table's reason, or else those of the others that say something."""
    try:
        advance(table, state, action, current_actor().role)
    except DomainError as error:
        return [error.message_sv]
    return [other for other in others if other]


def ask_first(
    question: Question,
    act: Callable[[], object],
    *,
    form: BaseForm | None = None,
    template: str = "work/confirm.html",
    **shown: object,
) -> ResponseReturnValue:
    """Shows the question; on yes acts in one transaction and goes back. `form` when something has to be written, and a
    `template` that extends the usual one when something more has to be `shown`."""
    form = form or ConfirmForm()
    if acted(form, act, question.done):
        return redirect(question.back)
    return render_template(template, form=form, question=question, **shown), form.status()
