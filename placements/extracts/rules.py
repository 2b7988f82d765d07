"""Subject access extracts (registerutdrag, GDPR art. 15): what is held of a participant, table by table, in words.

Tables are named and not imported: what a later room keeps of her is hers to read too. A test goes through the catalogue
and fails for a table or a column that is not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ExtractFormat(StrEnum):
    PDF = "pdf"
    JSON = "json"


EXTRACT_FORMAT_SV: Final = {
    ExtractFormat.PDF: "PDF, att läsa och skriva ut",
    ExtractFormat.JSON: "JSON, att läsa in i ett annat system",
}


@dataclass(frozen=True)
class Part:
    """A table with rows of hers, and the column that says whose they are: hers, or those of a row before."""

    title_sv: str
    table: str
    of: str = "participant_id"
    parent: str = "participant"


def _placed(title_sv: str, table: str) -> Part:
    return Part(title_sv, table, "placement_id", "placement")


def _planned(title_sv: str, table: str) -> Part:
    return Part(title_sv, table, "plan_id", "activity_plan")


PARTS: Final = (
    Part("Personuppgifter", "participant", "id", ""),
    Part("Personnummer", "participant_identity"),
    Part("Koder till egna sidan", "participant_code"),
    Part("Samtycken", "consent"),
    Part("Undantag från gallring", "disposal_hold"),
    Part("Förslag till gallring", "disposal_item"),
    Part("Beviljanden", "training_grant"),
    Part("Val av plats", "choice_round"),
    Part("Platser som har visats", "shown_place", "choice_round_id", "choice_round"),
    Part("Studiebesök", "study_visit"),
    Part("Väntelista", "waiting_entry"),
    Part("Erbjudanden från väntelistan", "waiting_offer"),
    Part("När någon annan gick före i väntelistan", "waiting_pass", "entry_id", "waiting_entry"),
    Part("Placeringar", "placement"),
    _placed("Placeringarnas omfattning", "placement_extent"),
    _placed("Önskade ändringar av placeringar", "placement_change"),
    _placed("Aktivitetsplaner", "activity_plan"),
    _planned("Planernas omfattning", "plan_step"),
    _planned("Planernas mål", "plan_goal"),
    _planned("Planernas arbetsuppgifter", "plan_task"),
    _planned("Planernas kontaktpersoner", "plan_contact"),
    _planned("Önskemål om planen", "plan_wish"),
    Part("Avstämningar", "checkpoint"),
    Part("Svar i avstämningarna", "checkpoint_answer"),
    _placed("Närvaro dag för dag", "attendance_day"),
    _placed("Dagar utan träning", "no_training_day"),
    _placed("Anmäld frånvaro", "absence_report"),
    _placed("Rättad närvaro", "attendance_correction"),
    _placed("Uppföljningar", "follow_up"),
    Part("Det som bestämdes vid uppföljningar", "follow_up_action", "follow_up_id", "follow_up"),
    _placed("Slutdokumentation", "final_report"),
    Part("Målen i slutdokumentationen", "report_goal", "report_id", "final_report"),
    _placed("Före och efter", "outcome"),
    _placed("Rader i fakturor, med placeringens nummer", "invoice_line"),
    Part("Bestridna fakturarader", "disputed_line", "line_id", "invoice_line"),
    _placed("Dagar som inte har kunnat faktureras", "unpriced"),
    Part("Timmar som har rapporterats till ESF", "hours_row"),
    Part("Vilka som har sett uppgifterna", "look"),
)

SECRETS: Final = frozenset({"code_hash", "newest_hash", "number_hash", "sealed_with", "user_id", "user_name"})
"""Columns that say nothing to her, and help whoever would guess what they are made of; and which employee it was that
looked, which is told to whoever investigates (docs/adr/0043)."""

UNSAID: Final = frozenset(
    {
        "component",  # `name_sv` is the same in words
        "id",
        "is_moved",
        "is_reversed",
        "position",
        "saves",
        "seen_place_ids",
        "unit_code",
        "vat_category",
    }
)
"""Columns that mean something to the database alone. They are in the file for machines, and not on paper; nor are keys
to rows that have no name."""

_ORGANISATION = ("organisation", "id", "name")
_USER = ("user_account", "id", "name")
_KOMMUN = ("kommun", "code", "name")
_TRADE = ("trade", "ssyk", "plain_name")

NAMED_BY: Final[Mapping[str, tuple[str, str, str]]] = {
    "authority_id": _ORGANISATION,
    "case_officer_id": _USER,
    "enterprise_id": _ORGANISATION,
    "kommun_code": _KOMMUN,
    "kommun_codes": _KOMMUN,
    "place_id": ("place", "id", "name"),
    "question_id": ("survey_wording", "question_id", "text"),
    "ssyk": _TRADE,
    "ssyks": _TRADE,
    "system_id": ("system_of_choice", "id", "name"),
    "unit_id": _ORGANISATION,
    "wished_trades": _TRADE,
}
"""Columns that are keys to what has a name, which is said instead: table, key and name."""

ABOUT_SV: Final = """\
Utdraget är det som Platstorget håller om dig. Du har rätt att få det utan kostnad (dataskyddsförordningen artikel 15).

Uppgifterna behandlas för att du ska kunna få en arbetsträningsplats, för att följa upp hur det går, för att betala \
leverantören och för statistik utan namn. Det är en uppgift av allmänt intresse och myndighetsutövning (artikel 6.1 e).

De kommer från dig, din handläggare, samordnaren och arbetsplatsen. Vilka som har fått del av dem ser du under \
Samtycken, Placeringar och Vilka som har sett uppgifterna.

Du kan begära att fel rättas, att uppgifter raderas eller att behandlingen begränsas, och invända mot den. Vänd dig \
till din handläggare eller till myndighetens dataskyddsombud.

Du kan klaga hos Integritetsskyddsmyndigheten (imy.se).""".split("\n\n")


KEPT_SV: Final = "Myndigheten har inte beslutat när uppgifterna gallras. De sparas tills vidare."
"""While there are no rules of disposal."""


def file_name(participant_number: str) -> str:
    """By number, since a file's name is seen where a name should not be."""
    return f"registerutdrag-{participant_number}"
