"""Questions about a system and their public answers: states, what an answer may not give away, and the feed's times.

Equal treatment (LOV 1:2): whatever one is told all are told, at the same time, and nobody learns who asked.
"""

import re
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.clock import STOCKHOLM
from marketplace.reference.rules import add_working_days
from marketplace.rules import Transition, TransitionTable, by
from marketplace.swedish import counted

ANSWER_WITHIN = 5
"""Working days until a question has waited too long. The law names none, but an applicant cannot go on without it."""

MAX_LENGTH = 4000


class QuestionState(StrEnum):
    ASKED = "asked"
    ANSWERED = "answered"
    DUPLICATE = "duplicate"


QUESTION_STATE_SV = {
    QuestionState.ASKED: "Väntar på svar",
    QuestionState.ANSWERED: "Besvarad",
    QuestionState.DUPLICATE: "Redan besvarad",
}

QUESTION_STATE_TONE = {
    QuestionState.ASKED: "waits",
    QuestionState.ANSWERED: "good",
    QuestionState.DUPLICATE: "good",
}

QUESTION_EVENT_SV = {
    "ask": "Frågan ställd",
    "answer": "Svaret publicerat för alla",
    "point_to_answer": "Hänvisad till ett svar som redan är publicerat",
}


class QuestionAction(StrEnum):
    ANSWER = "answer"
    POINT_TO_ANSWER = "point_to_answer"


_OFFICER = by(Role.PROCUREMENT_OFFICER)
_ANSWERED_SV = "Frågan är redan besvarad."

QUESTION_TRANSITIONS: TransitionTable = {
    (QuestionState.ASKED, QuestionAction.ANSWER): Transition(
        QuestionState.ANSWERED,
        _OFFICER,
        "Svara",
        needs_sv=_ANSWERED_SV,
        causes_sv="Frågan skrivs om så att ingen kan förstå vem som har ställt den, och publiceras med svaret.",
    ),
    (QuestionState.ASKED, QuestionAction.POINT_TO_ANSWER): Transition(
        QuestionState.DUPLICATE,
        _OFFICER,
        "Hänvisa till ett svar",
        needs_sv=_ANSWERED_SV,
        causes_sv="Ingenting publiceras. Den som frågade får veta vilket svar som gäller.",
    ),
}


def answer_by(asked_on: date) -> date:
    """The last day on which the answer is in time."""
    return add_working_days(asked_on, ANSWER_WITHIN)


def waited_sv(working_days: int) -> str:
    """How long a question has waited, after the words "en fråga om …"."""
    if working_days == 0:
        return "som ställdes i dag"
    return f"som har väntat {counted(working_days, 'arbetsdag', 'arbetsdagar')}"


def asking_obstacle_sv(*, has_terms: bool, is_closed: bool) -> str:
    """Why no question can be asked here and what to do instead; empty when one can."""
    if is_closed:
        return (
            "Systemet är stängt för nya ansökningar och tar inte emot frågor. Den som har avtal vänder sig till "
            "myndigheten, och öppna system finns i listan över valfrihetssystem."
        )
    if not has_terms:
        return (
            "Systemet har inget publicerat förfrågningsunderlag än. Vänta tills myndigheten har publicerat det, och "
            "ställ frågan då."
        )
    return ""


_COMPANY_FORM = re.compile(
    r"(\s+(ab|aktiebolag|\(svb\)|svb|ek\.? ?för\.?|ekonomisk förening|ideell förening|hb|handelsbolag|kb"
    r"|kommanditbolag))+$"
)
_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.\w+")


def giveaways(text_sv: str, *, name: str, orgnr: str | None) -> list[str]:
    """What in a text that is to be published tells who asked: the enterprise's name and its organisation number. A name
    of one common word is looked for only with its company form."""
    folded = _folded(text_sv)
    found = []
    full = _folded(name)
    short = _COMPANY_FORM.sub("", full)
    wanted = [full, short] if " " in short or short == full else [full]
    if any(re.search(rf"(?<!\w){re.escape(one)}s?(?!\w)", folded) for one in wanted if one):
        found.append(name)
    if orgnr and orgnr in re.sub(r"[\s\-–]", "", text_sv):
        found.append(f"{orgnr[:6]}-{orgnr[6:]}")
    return found


def addresses(text_sv: str) -> list[str]:
    """E-mail addresses in a text: whoever wonders signs with her own, while an answer may give the authority's."""
    return _ADDRESS.findall(text_sv)


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def plain(text: str) -> str:
    """A typed text with Unix line ends and without characters that XML 1.0 cannot carry."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(character for character in lines if _is_carried(ord(character)))


def _is_carried(code: int) -> bool:
    is_control = code < 0x20 and code not in (0x09, 0x0A)
    return not is_control and not 0xD800 <= code <= 0xDFFF and code not in (0xFFFE, 0xFFFF)


def beginning_of(day: date) -> datetime:
    """The instant at which a day begins in Sweden. What happened is published by the day, so the feed says no more."""
    return datetime.combine(day, time(), STOCKHOLM)


def modified_at(last_day: date, now: datetime) -> datetime:
    """The latest instant at which something of `last_day` can have happened: never so early that a reader who asked
    earlier that day would miss it."""
    return min(beginning_of(last_day + timedelta(days=1)) - timedelta(seconds=1), now)
