"""Surveys in versions and languages, checkpoints in their states, and what an answer may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from marketplace.accounts.rules import Role
from marketplace.errors import Invalid
from marketplace.rules import Transition, TransitionTable, by


class SurveyState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    REPLACED = "replaced"


SURVEY_STATE_SV = {
    SurveyState.DRAFT: "Utkast",
    SurveyState.PUBLISHED: "Gäller",
    SurveyState.REPLACED: "Ersatt",
}
SURVEY_TONE = {
    SurveyState.DRAFT: "waits",
    SurveyState.PUBLISHED: "good",
    SurveyState.REPLACED: "muted",
}


class SurveyAction(StrEnum):
    PUBLISH = "publish"
    REPLACE = "replace"


EDITORS = by(Role.COORDINATOR, Role.STRATEGIST)
"""Who writes what is asked. What is answered, a strategist sees as counts alone."""

SURVEY_TRANSITIONS: TransitionTable = {
    (SurveyState.DRAFT, SurveyAction.PUBLISH): Transition(
        SurveyState.PUBLISHED,
        EDITORS,
        "Publicera",
        needs_sv="Bara ett utkast kan publiceras.",
        causes_sv="Nya avstämningar frågar efter den här versionen. Den ändras aldrig mer.",
    ),
    (SurveyState.PUBLISHED, SurveyAction.REPLACE): Transition(
        SurveyState.REPLACED, EDITORS, "Ersätts", needs_sv="Bara den version som gäller ersätts."
    ),
}


class QuestionKind(StrEnum):
    SCALE = "scale"
    YES_NO = "yes_no"
    CHOICE = "choice"
    TEXT = "text"


KIND_SV = {
    QuestionKind.SCALE: "Skala med ord i ändarna",
    QuestionKind.YES_NO: "Ja eller nej",
    QuestionKind.CHOICE: "Ett av flera svar",
    QuestionKind.TEXT: "Egna ord",
}
LEAST_POINTS, MOST_POINTS = 3, 7
MOST_CHOICES = 10
MOST_QUESTIONS = 20
LONGEST_WORDS = 4000
YES, NO = 1, 0


class Occasion(StrEnum):
    START = "start"
    QUARTER = "quarter"
    END = "end"


OCCASION_SV = {
    Occasion.START: "Starten",
    Occasion.QUARTER: "Var tredje månad",
    Occasion.END: "Slutet",
}


def occasion_sv(occasion: Occasion, number: int) -> str:
    """One checkpoint's occasion: ”Efter 6 månader”."""
    return f"Efter {3 * number} månader" if occasion is Occasion.QUARTER else OCCASION_SV[occasion]


class CheckpointState(StrEnum):
    OPEN = "open"
    SUBMITTED = "submitted"
    DECLINED = "declined"
    LAPSED = "lapsed"


CHECKPOINT_STATE_SV = {
    CheckpointState.OPEN: "Väntar på svar",
    CheckpointState.SUBMITTED: "Besvarad",
    CheckpointState.DECLINED: "Ville inte svara",
    CheckpointState.LAPSED: "Blev inte besvarad",
}
CHECKPOINT_TONE = {
    CheckpointState.OPEN: "waits",
    CheckpointState.SUBMITTED: "good",
    CheckpointState.DECLINED: "muted",
    CheckpointState.LAPSED: "muted",
}


class CheckpointAction(StrEnum):
    SUBMIT = "submit"
    DECLINE = "decline"
    LAPSE = "lapse"


_ANSWERERS = by(Role.PARTICIPANT, Role.CASE_OFFICER, Role.COORDINATOR)
_OVER_SV = "Avstämningen är redan avslutad. Ett svar som är inskickat ändras inte."

CHECKPOINT_TRANSITIONS: TransitionTable = {
    (CheckpointState.OPEN, CheckpointAction.SUBMIT): Transition(
        CheckpointState.SUBMITTED, _ANSWERERS, "Skicka in", needs_sv=_OVER_SV
    ),
    (CheckpointState.OPEN, CheckpointAction.DECLINE): Transition(
        CheckpointState.DECLINED, _ANSWERERS, "Vill inte svara", needs_sv=_OVER_SV
    ),
    (CheckpointState.OPEN, CheckpointAction.LAPSE): Transition(
        CheckpointState.LAPSED, by(Role.SYSTEM), "Går ut", needs_sv=_OVER_SV
    ),
}


class ClosedBy(StrEnum):
    """Who ended a checkpoint: the participant by her code, somebody at the table with her, or time."""

    PARTICIPANT = "participant"
    OFFICER = "officer"
    SYSTEM = "system"


# Languages and wordings.


@dataclass(frozen=True)
class Language:
    code: str
    own_name: str
    name_sv: str
    yes: str
    no: str
    is_rtl: bool = False

    @property
    def direction(self) -> str:
        return "rtl" if self.is_rtl else "ltr"


SWEDISH = "sv"
LANGUAGES: Mapping[str, Language] = {
    language.code: language
    for language in (
        Language("sv", "Svenska", "svenska", "Ja", "Nej"),
        Language("en", "English", "engelska", "Yes", "No"),
        Language("ar", "العربية", "arabiska", "نعم", "لا", is_rtl=True),
        Language("so", "Soomaali", "somaliska", "Haa", "Maya"),
        Language("ti", "ትግርኛ", "tigrinja", "እወ", "ኣይፋል"),
        Language("fa", "فارسی", "persiska", "بله", "نه", is_rtl=True),
        Language("prs", "دری", "dari", "بلی", "نه", is_rtl=True),
        Language("ckb", "کوردیی ناوەندی", "sorani", "بەڵێ", "نەخێر", is_rtl=True),
        Language("kmr", "Kurmancî", "kurmanji", "Erê", "Na"),
        Language("uk", "Українська", "ukrainska", "Так", "Ні"),
        Language("ru", "Русский", "ryska", "Да", "Нет"),
        Language("pl", "Polski", "polska", "Tak", "Nie"),
        Language("es", "Español", "spanska", "Sí", "No"),
        Language("fi", "Suomi", "finska", "Kyllä", "Ei"),
        Language("tr", "Türkçe", "turkiska", "Evet", "Hayır"),
        Language("th", "ไทย", "thailändska", "ใช่", "ไม่ใช่"),
    )
}


@dataclass(frozen=True)
class Wording:
    """A question in one language. `easy_text` says the same in easier words, where that helps."""

    text: str
    easy_text: str = ""
    low_label: str = ""
    high_label: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownWording:
    wording: Wording
    language: Language
    is_fallback: bool
    """It was asked for in a language that the question is not worded in."""

    def options(self, kind: QuestionKind, points: int | None) -> list[tuple[str, str]]:
        """What can be picked, as (value, words); nothing for a question that is answered in words."""
        if kind is QuestionKind.YES_NO:
            return [(str(YES), self.language.yes), (str(NO), self.language.no)]
        if kind is QuestionKind.CHOICE:
            return [(str(number), choice) for number, choice in enumerate(self.wording.choices)]
        if kind is QuestionKind.TEXT or points is None:
            return []
        ends = {1: self.wording.low_label, points: self.wording.high_label}
        steps = range(1, points + 1)
        return [(str(step), f"{step} – {ends[step]}" if step in ends else str(step)) for step in steps]


def shown_in(wordings: Mapping[str, Wording], language: str) -> ShownWording:
    """The question in that language; in Swedish where it is missing."""
    code = language if language in wordings else SWEDISH
    return ShownWording(wordings[code], LANGUAGES[code], is_fallback=code != language)


@dataclass(frozen=True)
class QuestionDraft:
    """A question as it is written: in Swedish first."""

    kind: QuestionKind
    wording: Wording
    occasions: Sequence[Occasion] = field(default_factory=lambda: list(Occasion))
    points: int | None = None


def check_question(draft: QuestionDraft) -> None:
    """Raises Invalid for what cannot be asked."""
    if not draft.occasions:
        raise Invalid("Välj minst ett tillfälle.", field="occasions")
    if draft.kind is QuestionKind.SCALE:
        if draft.points is None or not LEAST_POINTS <= draft.points <= MOST_POINTS:
            raise Invalid(f"En skala har {LEAST_POINTS} till {MOST_POINTS} steg.", field="points")
        if not draft.wording.low_label or not draft.wording.high_label:
            raise Invalid("Skriv vad skalans båda ändar betyder.", field="low_label")
    if draft.kind is QuestionKind.CHOICE:
        choices = draft.wording.choices
        if not 2 <= len(choices) <= MOST_CHOICES:
            raise Invalid(f"Skriv 2 till {MOST_CHOICES} svar, ett på varje rad.", field="choices")
        if len(set(choices)) < len(choices):
            raise Invalid("Två svar är likadana.", field="choices")
    if not draft.wording.text:
        raise Invalid("Skriv frågan på svenska.", field="text")


def check_translation(kind: QuestionKind, swedish: Wording, translation: Wording) -> None:
    """A translation says all that the Swedish does. Raises Invalid."""
    if not translation.text:
        raise Invalid("Skriv frågan.", field="text")
    if kind is QuestionKind.SCALE and not (translation.low_label and translation.high_label):
        raise Invalid("Skriv vad skalans båda ändar betyder.", field="low_label")
    if kind is QuestionKind.CHOICE and len(translation.choices) != len(swedish.choices):
        raise Invalid(f"Skriv {len(swedish.choices)} svar, i samma ordning som på svenska.", field="choices")


def is_same_question(one: QuestionDraft, other: QuestionDraft) -> bool:
    """Whether answers to both can be laid in one line: it is answered alike. New words alone do not break a line; who
    asks something new removes the question and adds another."""
    return (one.kind, one.points, one.wording.choices) == (other.kind, other.points, other.wording.choices)


# Answers.


@dataclass(frozen=True)
class Answer:
    """A point of a scale, 1 or 0 for yes and no, the position of a choice; or words."""

    number: int | None = None
    words: str | None = None


def read_answer(kind: QuestionKind, points: int | None, choices: int, typed: str) -> Answer | None:
    """What was answered; None for nothing. Raises Invalid, in easy words."""
    typed = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if not typed:
        return None
    if kind is QuestionKind.TEXT:
        if len(typed) > LONGEST_WORDS:
            raise Invalid(
                f"Texten är för lång. Du har skrivit {len(typed)} tecken. Det får plats {LONGEST_WORDS}. "
                "Ta bort en bit och spara igen."
            )
        return Answer(words=typed)
    allowed = {
        QuestionKind.SCALE: range(1, (points or 0) + 1),
        QuestionKind.YES_NO: range(NO, YES + 1),
        QuestionKind.CHOICE: range(choices),
    }[kind]
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 2 or int(typed) not in allowed:
        raise Invalid("Välj ett av svaren på sidan.")
    return Answer(number=int(typed))


def answer_sv(kind: QuestionKind, answer: Answer, points: int | None, wording: Wording) -> str:
    """The answer as words in the wording's language."""
    if answer.number is None:
        return answer.words or ""
    if kind is QuestionKind.SCALE:
        return f"{answer.number} av {points}"
    if kind is QuestionKind.YES_NO:
        return "Ja" if answer.number == YES else "Nej"
    return wording.choices[answer.number] if answer.number < len(wording.choices) else "–"


SENT_SV = "Du har redan skickat in dina svar. De är sparade och ändras inte."
OVER_SV: Mapping[CheckpointState, str] = {
    CheckpointState.SUBMITTED: SENT_SV,
    CheckpointState.DECLINED: "Du ville inte svara. Det är okej. Ändrar du dig? Prata med din handläggare.",
    CheckpointState.LAPSED: "Tiden för att svara har gått ut. Prata med din handläggare.",
}
"""Why nothing can be answered any more."""
