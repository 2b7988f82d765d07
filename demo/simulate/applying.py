"""How an enterprise applies and an authority decides: answers, a file, now and then a completion or two deciders."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from random import Random

from demo.simulate.agenda import Agenda, Phase
from demo.terms import ANSWERS_SV, COMPLETED_SV, COMPLETION_SV
from enterprises.applications import services as applications
from enterprises.applications.models import Application
from enterprises.applications.queries import application_with_answers, asked, reusable_application
from enterprises.applications.rules import AnswerDraft, Asked, Judgement, JudgementDraft, Outcome
from marketplace.clock import today
from marketplace.documents import Paper, Section, pdf
from marketplace.procurement.rules import Proof
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor, current_actor


@dataclass(frozen=True)
class Parties:
    """Who applies where. `second`: the officer who decides what the first has proposed, where two are needed."""

    manager: Actor
    officer: Actor
    second: Actor | None
    diary_series: str
    system_of: Callable[[], int]


class Applying:
    """Plans one application. `then` gets the application's id when it is approved, as an officer."""

    def __init__(self, agenda: Agenda, parties: Parties, then: Callable[[int], None]) -> None:
        self.agenda = agenda
        self.parties = parties
        self.then = then

    def plan(self, day: date, rng: Random, *, is_met: bool, needs_completion: bool) -> None:
        days = [rng.randint(4, 8), rng.randint(2, 4), rng.randint(3, 6)]

        def submit() -> None:
            application_id = hand_in(self.parties.system_of())
            judged = add_working_days(today(), days[0])
            if needs_completion:
                self._officer(judged, lambda: ask_for_more(application_id, days[1]))
                completed = add_working_days(judged, days[1])
                self._manager(completed, lambda: complete(application_id))
                judged = add_working_days(completed, days[2])
            self._officer(judged, lambda: self._judge(application_id, is_met=is_met))

        self._manager(day, submit)

    def _judge(self, application_id: int, *, is_met: bool) -> None:
        listed = asked(application_with_answers(application_id))
        drafts = {one.requirement_id: JudgementDraft(Judgement.MET) for one in listed}
        if not is_met:
            reason = "Stadgarna säger inte att överskottet ska återinvesteras."
            drafts[listed[0].requirement_id] = JudgementDraft(Judgement.NOT_MET, reason)
        applications.judge_answers(application_id, drafts)
        decision = {
            "reasons_sv": (
                "Företaget uppfyller alla krav i förfrågningsunderlaget."
                if is_met
                else "Ansökan visar inte att överskottet återinvesteras. Övriga krav är uppfyllda."
            ),
            "diary_number": f"{self.parties.diary_series} {today().year}/{application_id:03d}",
        }
        if self.parties.second is not None:
            outcome = Outcome.APPROVED if is_met else Outcome.REJECTED
            applications.propose_decision(application_id, outcome=outcome, **decision)
            day = add_working_days(today(), 1)
            self.agenda.add(
                day,
                Phase.PROCUREMENT,
                self.parties.second,
                lambda: self._confirm(application_id, is_met=is_met),
            )
        elif is_met:
            applications.approve_application(application_id, **decision)
            self.then(application_id)
        else:
            applications.reject_application(application_id, **decision)

    def _confirm(self, application_id: int, *, is_met: bool) -> None:
        applications.confirm_decision(application_id)
        if is_met:
            self.then(application_id)

    def _officer(self, day: date, act: Callable[[], None]) -> None:
        self.agenda.add(day, Phase.PROCUREMENT, self.parties.officer, act)

    def _manager(self, day: date, act: Callable[[], None]) -> None:
        self.agenda.add(day, Phase.SUPPLY, self.parties.manager, act)


def hand_in(system_id: int) -> int:
    """A whole application by the actor; whoever has applied before begins with what was written then."""
    manager = current_actor()
    earlier = reusable_application(manager.enterprise_id)
    application = applications.start_application(system_id, reuse_id=earlier.id if earlier else None)
    fill_in(application, manager.organisation_name)
    applications.submit_application(application.id)
    return application.id


def fill_in(application: Application, enterprise_name: str) -> None:
    listed = asked(application_with_answers(application.id))
    applications.save_answers(application.id, _answers(listed))
    for one in listed:
        if one.proof is Proof.ATTACHMENT and not one.files:
            content = certificate(enterprise_name, today().year)
            applications.attach_file(application.id, one.requirement_id, "Försäkringsbevis.pdf", content)


def ask_for_more(application_id: int, working_days: int) -> None:
    """Asks about the supervision: the second of the requirements that are answered in text."""
    listed = asked(application_with_answers(application_id))
    about = [one for one in listed if one.proof is Proof.ANSWER][1]
    due_on = add_working_days(today(), working_days + 3)
    draft = JudgementDraft(Judgement.COMPLETE_BY, COMPLETION_SV, due_on)
    applications.judge_answers(application_id, {about.requirement_id: draft})
    applications.request_completion(application_id)


def complete(application_id: int) -> None:
    listed = asked(application_with_answers(application_id))
    answers = {one.requirement_id: AnswerDraft(COMPLETED_SV) for one in listed if one.open_completion}
    applications.save_answers(application_id, answers)
    applications.complete_application(application_id)


@cache
def certificate(enterprise_name: str, year: int) -> bytes:
    """An invented proof of insurance."""
    facts = f"Försäkringstagare: {enterprise_name}\nGäller: {year}-01-01 till {year}-12-31"
    return pdf(
        Paper(
            title_sv="Försäkringsbevis",
            sender="Påhittade Försäkringar",
            diary_number="",
            dated=date(year, 1, 1),
            sections=[
                Section(
                    "Ansvarsförsäkring", (facts, "Försäkringen omfattar den som arbetstränar i verksamheten.")
                )
            ],
        )
    )


def _answers(listed: list[Asked]) -> dict[int, AnswerDraft]:
    texts = iter(ANSWERS_SV)
    return {
        one.requirement_id: AnswerDraft(
            next(texts) if one.proof is Proof.ANSWER else "", is_declared=one.proof is Proof.DECLARATION
        )
        for one in listed
    }
