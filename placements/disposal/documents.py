"""The protocol of a disposal, for the authority's archive."""

from marketplace.clock import STOCKHOLM
from marketplace.documents import Paper, Section
from marketplace.web.filters import instant
from placements.disposal.models import Disposal
from placements.disposal.queries import title_of
from placements.disposal.rules import DISPOSAL_CAUSES_SV, DISPOSAL_KIND_SV, Outcome, Protocol, kept_sv
from placements.participants.rules import participant_number


def protocol_paper(found: Disposal, protocol: Protocol, authority_name: str) -> Paper:
    """Of a disposal that has been carried out."""
    assert found.decided_at
    assert found.executed_at
    by_outcome = {
        outcome: tuple(participant_number(number) for number, what in protocol.numbers if what == outcome)
        for outcome in Outcome
    }
    return Paper(
        title_sv="Gallringsprotokoll",
        sender=authority_name,
        diary_number=found.diary_number,
        dated=found.executed_at.astimezone(STOCKHOLM).date(),
        sections=[
            Section(
                "Beslut",
                (
                    f"{DISPOSAL_KIND_SV[found.kind]}: {kept_sv(found.years)}, enligt {found.rule_sv}.",
                    DISPOSAL_CAUSES_SV[found.kind],
                    f"Föreslaget {instant(found.proposed_at)} av {found.proposed_by}.",
                    f"Beslutat {instant(found.decided_at)} av {found.decided_by}.",
                    f"Utfört {instant(found.executed_at)}.",
                ),
            ),
            Section("Gallrade deltagare", (", ".join(by_outcome[Outcome.DISPOSED]) or "Ingen.",)),
            Section("Behållna deltagare", (", ".join(by_outcome[Outcome.KEPT]) or "Ingen.",)),
            Section(
                "Rader som tömdes eller togs bort",
                tuple(f"{title_of(table)} ({table}): {rows}" for table, rows in protocol.rows) or ("Inga.",),
            ),
            Section("Kontrollsumma (SHA-256)", (found.seal,)),
        ],
    )
