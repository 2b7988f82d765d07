"""What an application and a decision need, which answers are used again, and which files are taken."""

import io
import zipfile
import zlib
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enterprises.applications.attachment_rules import (
    LARGEST,
    LONGEST_NAME,
    MEDIA_TYPE,
    MOST,
    AttachedFile,
    FileType,
    check_room,
    clean_name,
    size_sv,
)
from enterprises.applications.documents import proposed_reasons
from enterprises.applications.exclusion_rules import Finding, Ground, check_excludable, standing
from enterprises.applications.files import read_upload, sniffed
from enterprises.applications.reuse_rules import carried
from enterprises.applications.rules import (
    AnswerDraft,
    ApplicationState,
    Asked,
    Completion,
    Judgement,
    JudgementDraft,
    Outcome,
    alone_obstacle,
    check_judgeable,
    check_judgement,
    completion_due,
    correction_by,
    decision_obstacles,
    decision_problems,
    missing_answers,
    missing_completions,
    resume_obstacle,
    second_obstacle,
)
from marketplace.errors import Conflict, Invalid
from marketplace.procurement.rules import Proof, Regime
from marketplace.reference.rules import is_working_day
from tests.support.files import DOCX, JPEG, ODT, PDF, PNG

DAY = date(2026, 3, 2)
FILE = AttachedFile(1, "intyg.pdf", FileType.PDF, 2048, is_handed_in=False)
HANDED_IN = AttachedFile(2, "gammalt.pdf", FileType.PDF, 2048, is_handed_in=True)


@settings(deadline=None)  # the first look at a year reads its holidays
@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_rattelse_has_at_least_three_weeks_and_ends_on_a_working_day(notified: date) -> None:
    last = correction_by(notified)
    assert last >= notified + timedelta(weeks=3)
    assert is_working_day(last)


def judged(position: int, judgement: Judgement | None, reason: str = "", day: date | None = None) -> Asked:
    return Asked(position, "Krav", Proof.ANSWER, AnswerDraft("a"), JudgementDraft(judgement, reason, day))


@given(
    st.lists(
        st.tuples(st.sampled_from(Proof), st.sampled_from(["", " ", "svar"]), st.booleans(), st.booleans()),
        min_size=1,
        max_size=5,
    )
)
def test_missing_is_exactly_what_has_no_answer_of_its_kind(
    rows: list[tuple[Proof, str, bool, bool]],
) -> None:
    listed = [
        Asked(n, "Krav", proof, AnswerDraft(text, ticked), files=[FILE] if has_file else [])
        for n, (proof, text, ticked, has_file) in enumerate(rows, 1)
    ]
    expected = [
        n
        for n, (proof, text, ticked, has_file) in enumerate(rows, 1)
        if not {Proof.ANSWER: bool(text.strip()), Proof.DECLARATION: ticked, Proof.ATTACHMENT: has_file}[
            proof
        ]
    ]
    assert [position for position, _ in missing_answers(listed)] == expected


@pytest.mark.parametrize(
    ("answer", "files", "is_open", "is_missing"),
    [
        ("", [], True, True),
        (" ", [HANDED_IN], True, True),
        ("Vera.", [], True, False),
        ("", [HANDED_IN, FILE], True, False),
        ("", [], False, False),
    ],
)
def test_a_completion_is_a_text_or_a_new_file(
    answer: str, files: list[AttachedFile], is_open: bool, is_missing: bool
) -> None:
    completion = Completion("Vem?", DAY, DAY, answer, is_open=is_open)
    one = Asked(1, "Krav", Proof.ANSWER, files=files, completions=[completion])
    assert bool(missing_completions([one])) == is_missing


@given(
    st.lists(
        st.tuples(st.sampled_from([*Judgement, None]), st.sampled_from(["", "skäl"])), min_size=1, max_size=5
    ),
    st.sampled_from(["", "skäl"]),
    st.sampled_from(["", "2026-1"]),
    st.booleans(),
)
def test_an_application_can_be_approved_or_rejected_and_never_both(
    rows: list[tuple[Judgement | None, str]], reasons: str, diary_number: str, is_excluded: bool
) -> None:
    listed = [judged(n, *row) for n, row in enumerate(rows, 1)]
    is_judged = all(
        verdict is Judgement.MET or (verdict is Judgement.NOT_MET and reason) for verdict, reason in rows
    )
    all_met = all(verdict is Judgement.MET for verdict, _ in rows)
    is_formal = bool(reasons and diary_number)

    def lawful(outcome: Outcome) -> bool:
        return not decision_problems(listed, outcome, reasons, diary_number, is_excluded=is_excluded)

    assert lawful(Outcome.APPROVED) == (is_judged and all_met and is_formal and not is_excluded)
    assert lawful(Outcome.REJECTED) == (is_formal and (is_excluded or (is_judged and not all_met)))


def test_what_is_in_the_way_of_a_decision_is_said() -> None:
    listed = [judged(1, None), judged(2, Judgement.COMPLETE_BY, "Vem?", DAY), judged(3, Judgement.MET)]
    assert decision_obstacles(listed, is_approval=False) == [
        "Krav 1 är inte bedömt.",
        "Krav 2 ska kompletteras. Begär det, eller bedöm som det är.",
    ]
    assert "Avför den" in decision_obstacles(listed, is_approval=True, is_excluded=True)[0]


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        (JudgementDraft(), None),
        (JudgementDraft(None, "Tydligt."), None),
        (JudgementDraft(Judgement.MET), None),
        (JudgementDraft(Judgement.NOT_MET, " "), "skal_4"),
        (JudgementDraft(Judgement.NOT_MET, "Brister."), None),
        (JudgementDraft(Judgement.COMPLETE_BY, "", DAY + timedelta(days=1)), "skal_4"),
        (JudgementDraft(Judgement.COMPLETE_BY, "Vem?"), "senast_4"),
        (JudgementDraft(Judgement.COMPLETE_BY, "Vem?", DAY), "senast_4"),
        (JudgementDraft(Judgement.COMPLETE_BY, "Vem?", DAY + timedelta(days=1)), None),
    ],
)
def test_a_judgement_has_what_it_needs(draft: JudgementDraft, field: str | None) -> None:
    if field is None:
        check_judgement(4, draft, DAY)
        return
    with pytest.raises(Invalid, match="Krav 4") as refusal:
        check_judgement(4, draft, DAY)
    assert refusal.value.field == field


def test_all_that_is_to_be_completed_has_the_first_of_the_days() -> None:
    later = DAY + timedelta(days=9)
    listed = [
        judged(1, Judgement.COMPLETE_BY, "?", later),
        judged(2, Judgement.COMPLETE_BY, "?", DAY),
        judged(3, Judgement.MET),
    ]
    assert completion_due(listed) == DAY
    assert completion_due(listed[2:]) is None
    assert resume_obstacle(DAY, DAY)
    assert not resume_obstacle(DAY, DAY + timedelta(days=1))


def test_two_deciders_are_two_persons() -> None:
    assert alone_obstacle(needs_two=True)
    assert not alone_obstacle(needs_two=False)
    assert second_obstacle(7, 7)
    assert not second_obstacle(7, 8)


@pytest.mark.parametrize("state", ApplicationState)
def test_requirements_are_judged_only_while_the_application_is_examined(state: ApplicationState) -> None:
    if state is ApplicationState.SUBMITTED:
        check_judgeable(state)
    else:
        with pytest.raises(Conflict):
            check_judgeable(state)


def test_exclusion_is_by_the_grounds_of_lov() -> None:
    check_excludable(Regime.LOV)
    with pytest.raises(Conflict, match="13 kap"):
        check_excludable(Regime.LOU_FRAMEWORK)
    stands = Finding(Ground.UNPAID, "Kronofogden.", DAY)
    assert standing([stands, Finding(Ground.INSOLVENT, "Nej.", DAY, is_standing=False)]) == [stands]


def test_reasons_are_proposed_from_the_judgements() -> None:
    listed = [judged(1, Judgement.MET), judged(2, Judgement.NOT_MET, "Handledare saknas.")]
    found = [Finding(Ground.UNPAID, "Skuld hos\nKronofogden.", DAY)]
    assert proposed_reasons("Växthuset", listed, [], is_approved=True).startswith("Växthuset uppfyller alla")
    assert proposed_reasons("Växthuset", listed, found, is_approved=False) == (
        "Det finns en grund för uteslutning: Obetalda skatter eller socialförsäkringsavgifter. "
        "Skuld hos Kronofogden.\n\nKrav 2 är inte uppfyllt: Handledare saknas."
    )


def test_answers_are_used_again_where_the_requirement_is_the_same_or_reworded() -> None:
    old = [
        Asked(1, "Beskriv handledningen på arbetsplatsen.", Proof.ANSWER, AnswerDraft("Två handledare.")),
        Asked(2, "Vi betalar våra skatter.", Proof.DECLARATION, AnswerDraft(is_declared=True)),
        Asked(
            3, "Beskriv hur deltagarna får pröva olika arbeten.", Proof.ANSWER, AnswerDraft("De går runt.")
        ),
        Asked(4, "Bifoga försäkringsbevis.", Proof.ATTACHMENT, files=[HANDED_IN]),
        Asked(5, "Något som ingen längre frågar om.", Proof.ANSWER, AnswerDraft("Ja.")),
        Asked(6, "Beskriv lokalerna.", Proof.ANSWER),
    ]
    new = [
        Asked(1, "Bifoga försäkringsbevis.", Proof.ATTACHMENT),
        Asked(2, "Vi betalar våra skatter.", Proof.DECLARATION),
        Asked(3, "Beskriv hur deltagarna får pröva flera olika arbeten.", Proof.ANSWER),
        Asked(4, "Beskriv handledningen på arbetsplatsen.", Proof.ANSWER),
        Asked(5, "Beskriv lokalerna.", Proof.ANSWER),
        Asked(6, "Helt nytt, om arbetsmiljö och säkerhet.", Proof.ANSWER),
    ]
    kept = {pair.new.position: pair for pair in carried(old, new) if pair.keeps_answer}
    assert {position: pair.old.position for position, pair in kept.items()} == {1: 4, 3: 3, 4: 1}
    assert [position for position, pair in kept.items() if not pair.is_unchanged] == [3]


# Files.


@pytest.mark.parametrize(
    ("name", "content", "file_type"),
    [
        ("intyg.pdf", PDF, FileType.PDF),
        ("INTYG.PDF", PDF, FileType.PDF),
        ("bild.png", PNG, FileType.PNG),
        ("bild.jpg", JPEG, FileType.JPEG),
        ("bild.jpeg", JPEG, FileType.JPEG),
        ("text.odt", ODT, FileType.ODT),
        ("text.docx", DOCX, FileType.DOCX),
    ],
)
def test_a_file_that_is_what_its_name_says_is_taken(name: str, content: bytes, file_type: FileType) -> None:
    upload = read_upload(name, content)
    assert (upload.name, upload.file_type, upload.content) == (name, file_type, content)


def with_sides(width: int, height: int) -> bytes:
    """The rest of a PNG that says that it is this large."""
    head = width.to_bytes(4) + height.to_bytes(4) + b"\x08\x02\0\0\0"
    return head + zlib.crc32(b"IHDR" + head).to_bytes(4) + PNG[33:]


def package(**parts: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, content in parts.items():
            file.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("intyg.pdf", b"<html><script>alert(1)</script></html>", "innehållet är något annat"),
        ("intyg.pdf", b"MZ" + bytes(200), "innehållet är något annat"),
        ("intyg.pdf", b"Hej!", "innehållet är något annat"),
        ("intyg.pdf", PNG, "innehållet är bild"),
        ("bild.png", PDF, "innehållet är PDF"),
        ("text.docx", ODT, "innehållet är text .ODT"),
        ("text.odt", DOCX, "innehållet är text .DOCX"),
        ("text.odt", package(mimetype=b"application/vnd.oasis.opendocument.tixt"), "något annat"),
        ("text.docx", package(hej=b"."), "något annat"),
        ("text.docx", b"PK\x03\x04" + bytes(50), "något annat"),
        ("program.exe", b"MZ" + bytes(200), "den sortens fil"),
        ("makron.docm", DOCX, "den sortens fil"),
        ("sida.html", b"<html>", "den sortens fil"),
        ("pdf", PDF, "den sortens fil"),
        ("intyg.pdf.exe", PDF, "den sortens fil"),
        ("tom.pdf", b"", "tom"),
        ("stor.pdf", PDF + bytes(LARGEST), "Högst 10 MB"),
        ("trasig.png", PNG[:20], "något annat"),
        ("bomb.png", PNG[:16] + with_sides(9_000, 9_000), "fler än 80 miljoner bildpunkter"),
        ("bomb.png", PNG[:16] + with_sides(60_000, 60_000), "fler än 80 miljoner bildpunkter"),
    ],
)
def test_a_file_that_lies_or_is_not_taken_is_refused_with_what_to_do(
    name: str, content: bytes, said: str
) -> None:
    with pytest.raises(Invalid, match=said) as refusal:
        read_upload(name, content)
    assert name in refusal.value.message_sv
    assert any(word in refusal.value.message_sv for word in ("bifoga", "Högst"))


def test_a_text_with_macros_is_not_a_text() -> None:
    held = io.BytesIO(DOCX)
    with zipfile.ZipFile(held, "a") as file:
        file.writestr("word/vbaProject.bin", b"macro")
    assert sniffed(held.getvalue()) is None


@given(st.binary(max_size=300))
def test_whatever_is_sent_is_looked_into_without_falling_over(content: bytes) -> None:
    assert sniffed(content) in {None, *FileType}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("C:\\Mina dokument\\intyg.pdf", "intyg.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("in\r\ntyg\x00.pdf", "in tyg .pdf"),
        ("  Bevis  åäö .pdf ", "Bevis åäö .pdf"),
        ("a" * 300 + ".pdf", "a" * (LONGEST_NAME - 4) + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(name: str, clean: str) -> None:
    assert clean_name(name) == clean


def test_limits_are_said_as_people_say_them() -> None:
    assert [size_sv(size) for size in (10, 2048, 1_572_864, LARGEST)] == ["1 kB", "2 kB", "1,5 MB", "10 MB"]
    check_room(MOST - 1)
    with pytest.raises(Conflict, match="20 filer"):
        check_room(MOST)
    assert set(MEDIA_TYPE) == set(FileType)
