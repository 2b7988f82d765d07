"""The blueprint that the pages of suppliers share, and the page of one question: go on or not."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from enterprises.suppliers.forms import ConfirmForm
from enterprises.suppliers.models import Application
from marketplace.accounts.rules import Role
from marketplace.db import transaction
from marketplace.errors import DomainError
from marketplace.tenancy import current_actor

bp = Blueprint("suppliers", __name__)


@dataclass(frozen=True)
class Question:
    """A page that says what an action causes before it is taken."""

    title: str
    breadcrumb: list[tuple[str, str]]
    causes: list[str]
    button: str
    done: str
    back: str
    is_ending: bool = False


def ask_first(question: Question, act: Callable[[], object]) -> ResponseReturnValue:
    """Shows the question; on yes acts in one transaction and goes back."""
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            with transaction():
                act()
        except DomainError as error:
            form.add_error(error)
        else:
            flash(question.done, "success")
            return redirect(question.back)
    return render_template("enterprises/confirm.html", form=form, question=question), form.status()


def application_crumbs(one: Application) -> list[tuple[str, str]]:
    """The way to an application's page, named by the other party."""
    is_officer = current_actor().role is Role.PROCUREMENT_OFFICER
    name = one.enterprise.name if is_officer else one.system.name
    return [
        ("Ansökningar", url_for("suppliers.applications")),
        (name, url_for("suppliers.application", application_id=one.id)),
    ]
