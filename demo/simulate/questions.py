"""What enterprises wonder before they apply, in their own words, and what the authorities answer everyone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from demo.simulate.agenda import Agenda, Phase
from marketplace.advertising import services as advertising
from marketplace.reference.rules import add_working_days
from marketplace.tenancy import Actor


@dataclass(frozen=True)
class Wonder:
    asked_sv: str
    question_sv: str
    answer_sv: str


WONDERS = (
    Wonder(
        "Vi är två som delar på handledningen och en av oss arbetar deltid. Räcker det?",
        "Får två handledare dela på ansvaret, om en av dem arbetar deltid?",
        "Ja. Det ska finnas minst en handledare på arbetsplatsen hela dagen, men det behöver inte vara samma person. "
        "Beskriv i svaret hur ni delar upp dagen och vem som ersätter vid frånvaro.",
    ),
    Wonder(
        "Hej! Vi startade i våras och har inget bokslut än. Kan vi söka ändå?",
        "Kan ett nystartat företag ansöka, utan bokslut?",
        "Ja. Inget krav handlar om omsättning eller bokslut. Alla som uppfyller kraven godkänns.",
    ),
    Wonder(
        "Måste vi ta emot alla som väljer oss, även när det är fullt hos oss?",
        "Måste en leverantör ta emot alla som väljer den?",
        "Bara på platser som leverantören har publicerat och som är lediga. Leverantören svarar på varje förfrågan "
        "inom den tid som står i förfrågningsunderlaget.",
    ),
)
WAITING = "Vi har verkstad i grannkommunen, tio minuter med buss. Får deltagare härifrån träna där?"


def plan_question(
    agenda: Agenda, manager: Actor, officer: Actor, day: date, number: int, system_of: Callable[[], int]
) -> None:
    """The enterprise asks on the day; the authority answers within the week."""
    wonder = WONDERS[number % len(WONDERS)]

    def ask() -> None:
        question_id = advertising.ask_question(system_of(), wonder.asked_sv).id
        agenda.add(
            add_working_days(day, 2 + number % 3), Phase.PROCUREMENT, officer, lambda: answer(question_id)
        )

    def answer(question_id: int) -> None:
        advertising.publish_answer(question_id, question_sv=wonder.question_sv, answer_sv=wonder.answer_sv)

    agenda.add(day, Phase.SUPPLY, manager, ask)
