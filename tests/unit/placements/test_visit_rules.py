"""Study visits: times over both changes of summer time, what may be offered, booked and marked."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from marketplace.clock import STOCKHOLM
from marketplace.errors import Conflict, Invalid
from placements.visits.rules import (
    EARLIEST,
    LATEST,
    MOST_COMING_VISITS,
    MOST_DAYS_AHEAD,
    MOST_WEEKS,
    SHARED_DAYS,
    BookedSpan,
    OfferDraft,
    VisitTimeState,
    check_begun,
    check_beside,
    check_bookable,
    check_not_begun,
    check_offer,
    clock_sv,
    instant_of,
    is_in_series,
    is_name_shared,
    later_withdrawal_sv,
    local_day,
    read_clock,
    series,
    spoken_when,
    visit_number,
    withdrawal_sv,
)

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)  # a Monday, nine o'clock in Sweden
DRAFT = OfferDraft(date(2026, 3, 3), time(10), 60, 2, "Vid grinden")
START = instant_of(DRAFT.first_day, DRAFT.clock)
END = START + timedelta(hours=1)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("10", time(10)),
        ("9.05", time(9, 5)),
        ("09:05", time(9, 5)),
        (" 13.30 ", time(13, 30)),
        ("0", time(0)),
    ],
)
def test_a_clock_time_is_read_as_people_write_it(typed: str, read: time) -> None:
    assert read_clock(typed) == read


@pytest.mark.parametrize("typed", ["", "tio", "24", "10.60", "10.5", "1000", "10-11", "-1", "１０"])
def test_what_is_no_clock_time_is_refused(typed: str) -> None:
    with pytest.raises(Invalid, match="klockslaget"):
        read_clock(typed)


def test_ten_o_clock_is_an_hour_earlier_in_utc_after_the_change_to_summer_time() -> None:
    spans = replace(DRAFT, first_day=date(2026, 3, 25), weeks=2).spans()
    assert [start for start, _ in spans] == [
        datetime(2026, 3, 25, 9, tzinfo=UTC),
        datetime(2026, 4, 1, 8, tzinfo=UTC),
    ]
    assert [clock_sv(*span) for span in spans] == ["10.00–11.00"] * 2


def test_and_an_hour_later_after_the_change_back() -> None:
    spans = replace(DRAFT, first_day=date(2026, 10, 21), weeks=2).spans()
    assert [start for start, _ in spans] == [
        datetime(2026, 10, 21, 8, tzinfo=UTC),
        datetime(2026, 10, 28, 9, tzinfo=UTC),
    ]
    assert [clock_sv(*span) for span in spans] == ["10.00–11.00"] * 2


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_on_the_very_day_of_a_change_the_day_is_right(sunday: date) -> None:
    for clock in (EARLIEST, time(12), time(20)):
        start = instant_of(sunday, clock)
        assert local_day(start) == sunday
        assert start.astimezone(STOCKHOLM).time() == clock


@given(
    st.dates(date(2025, 1, 1), date(2037, 12, 31)),
    st.integers(EARLIEST.hour * 60, LATEST.hour * 60 - 15),
    st.integers(1, MOST_WEEKS),
)
def test_every_time_of_a_series_is_at_the_same_clock_and_lasts_as_long(
    first_day: date, minute: int, weeks: int
) -> None:
    clock = time(minute // 60, minute % 60)
    draft = replace(DRAFT, first_day=first_day, clock=clock, minutes=15, weeks=weeks)
    for day, (start, end) in zip(series(first_day, weeks), draft.spans(), strict=True):
        assert start.astimezone(STOCKHOLM).replace(tzinfo=None) == datetime.combine(day, clock)
        assert start.utcoffset() == timedelta(0)
        assert end - start == timedelta(minutes=15)
        assert (end.astimezone(UTC)).date() == day, (
            "the day in UTC is the day in Sweden: is_shared_with() uses it"
        )


def test_a_series_skips_public_holidays_but_not_the_day_that_was_chosen() -> None:
    thursdays = series(date(2026, 12, 17), 4)
    assert thursdays == [date(2026, 12, 17), date(2027, 1, 7)], "julafton and nyårsafton are free"
    assert series(date(2026, 12, 24), 1) == [date(2026, 12, 24)]
    assert len(series(date(2026, 3, 7), 3)) == 3, "Saturdays are nobody's holiday"


def test_a_series_keeps_its_clock_over_the_change_of_time() -> None:
    start = instant_of(date(2026, 3, 25), time(10))
    assert is_in_series(start, instant_of(date(2026, 4, 1), time(10)))
    assert not is_in_series(start, start)
    assert not is_in_series(start, instant_of(date(2026, 3, 18), time(10)))
    assert not is_in_series(start, instant_of(date(2026, 4, 2), time(10)))
    assert not is_in_series(start, instant_of(date(2026, 4, 1), time(9)))


def test_what_a_withdrawal_causes_is_said_before() -> None:
    assert "ingen berörs" in withdrawal_sv(0)
    assert "Ett bokat studiebesök" in withdrawal_sv(1)
    assert "3 bokade studiebesök" in withdrawal_sv(3)
    assert "2 senare tider" in later_withdrawal_sv(2, 0)
    assert "1 senare tid samma veckodag och klockslag, med 2 bokade besök" in later_withdrawal_sv(1, 2)


def test_when_is_said_in_words() -> None:
    assert spoken_when(START, END) == "tisdag 3 mars kl. 10.00–11.00"
    assert visit_number(123) == "B000123"


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"minutes": 10}, "minutes", "15 till 480"),
        ({"minutes": 481}, "minutes", "15 till 480"),
        ({"clock": time(5, 59)}, "clock", "06.00 och 21.00"),
        ({"clock": time(20, 30)}, "clock", "06.00 och 21.00"),
        ({"most_visitors": 0}, "most_visitors", "1 till 20"),
        ({"most_visitors": 21}, "most_visitors", "1 till 20"),
        ({"weeks": 0}, "weeks", "1 till 12"),
        ({"weeks": 13}, "weeks", "1 till 12"),
        ({"meeting_sv": "  "}, "meeting_sv", "var ni möts"),
        ({"meeting_sv": "x" * 501}, "meeting_sv", "500"),
        ({"first_day": date(2026, 3, 1)}, "first_day", "redan varit"),
        ({"first_day": date(2026, 3, 2), "clock": time(9)}, "clock", "redan varit"),
        ({"first_day": NOW.date() + timedelta(days=MOST_DAYS_AHEAD + 1)}, "first_day", "180 dagar"),
    ],
)
def test_what_may_not_be_offered_says_why_beside_its_field(
    changes: dict[str, object], field: str, words: str
) -> None:
    with pytest.raises(Invalid, match=words) as refusal:
        check_offer(replace(DRAFT, **changes), now=NOW)  # type: ignore[arg-type]
    assert refusal.value.field == field


def test_what_may_be_offered() -> None:
    check_offer(DRAFT, now=NOW)
    check_offer(replace(DRAFT, first_day=date(2026, 3, 2), clock=time(9, 1)), now=NOW)
    check_offer(replace(DRAFT, clock=time(20), minutes=60), now=NOW)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"state": VisitTimeState.WITHDRAWN}, "dragit tillbaka"),
        ({"starts_at": NOW}, "redan varit"),
        ({"free": 0}, "fullbokad"),
        ({"grant_last_day": date(2026, 3, 2)}, "sista dagen som är beviljad"),
    ],
)
def test_what_cannot_be_booked(changes: dict[str, object], words: str) -> None:
    facts: dict[str, object] = {
        "state": VisitTimeState.OFFERED,
        "starts_at": START,
        "free": 1,
        "grant_last_day": date(2026, 3, 3),
        "now": NOW,
    }
    check_bookable(**facts)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match=words):
        check_bookable(**(facts | changes))  # type: ignore[arg-type]


def test_nobody_is_in_two_places_at_once() -> None:
    other = BookedSpan(1, "Baka bröd", START + timedelta(minutes=30), END + timedelta(minutes=30))
    with pytest.raises(Conflict, match=r"Baka bröd, tisdag 3 mars kl\. 10\.30–11\.30"):
        check_beside(2, START, END, [other])
    check_beside(2, START, END, [replace(other, starts_at=END, ends_at=END + timedelta(hours=1))])
    with pytest.raises(Conflict, match="Tiden är redan bokad"):
        check_beside(1, START, END, [other])


def test_nobody_books_up_what_others_need() -> None:
    coming = [
        BookedSpan(n, "", START + timedelta(days=n), END + timedelta(days=n))
        for n in range(1, MOST_COMING_VISITS + 1)
    ]
    check_beside(99, START, END, coming[1:])
    with pytest.raises(Conflict, match="Högst 5"):
        check_beside(99, START, END, coming)


def test_a_visit_is_cancelled_before_and_marked_after_it_begins() -> None:
    check_not_begun(START, START - timedelta(seconds=1), otherwise_sv="")
    with pytest.raises(Conflict, match=r"redan börjat\. Gör så här\."):
        check_not_begun(START, START, otherwise_sv="Gör så här.")
    check_begun(START, START)
    with pytest.raises(Conflict, match="inte varit än"):
        check_begun(START, START - timedelta(seconds=1))


def test_a_name_is_shared_for_a_week_after() -> None:
    assert is_name_shared(END, local_day(END) + timedelta(days=SHARED_DAYS))
    assert not is_name_shared(END, local_day(END) + timedelta(days=SHARED_DAYS + 1))
