"""Forms of study visits."""

from wtforms import BooleanField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from marketplace.web.fields import DateFieldSv
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from placements.visits.rules import (
    END_REASON_SV,
    LONGEST_MEETING,
    MOST_VISITORS,
    MOST_WEEKS,
    NOT_HELD_REASONS,
    STANDING_SV,
    EndReason,
)


class OfferForm(BaseForm):
    place_id = SelectField("Plats", validators=[DataRequired("Välj plats.")])
    first_day = DateFieldSv("Dag", validators=[DataRequired("Välj dag.")])
    clock = StringField(
        "Klockslag",
        validators=[DataRequired("Skriv klockslaget.")],
        description="När besöket börjar, till exempel 10.00.",
        render_kw={"autocomplete": "off"},
    )
    minutes = IntegerField("Minuter", validators=[InputRequired("Skriv hur många minuter besöket tar.")])
    most_visitors = IntegerField(
        "Högst antal besökare",
        validators=[InputRequired("Skriv hur många som får komma.")],
        description=f"1 till {MOST_VISITORS}. När så många har bokat är tiden full.",
    )
    meeting_sv = TextAreaField(
        "Här möts ni",
        validators=[DataRequired("Skriv var ni möts."), Length(max=LONGEST_MEETING)],
        description="På lätt svenska: vilken dörr, vem som tar emot. Det står i besökarens kalender.",
        render_kw={"rows": 3},
    )
    weeks = IntegerField(
        "Upprepa så många veckor",
        validators=[InputRequired("Skriv antalet veckor.")],
        description=f"1 är bara den här gången, högst {MOST_WEEKS}. Röda dagar hoppas över.",
    )


class WithdrawForm(BaseForm):
    with_later = BooleanField("Dra också tillbaka de senare tiderna samma veckodag och klockslag")


class BookForm(BaseForm):
    """Which time; each has a button of its own."""

    visit_time_id = IntegerField("Tid", validators=[InputRequired("Välj en tid.")])


class NotHeldForm(BaseForm):
    reason = RadioField(
        "Varför blev besöket inte av?",
        choices=one_of({reason: END_REASON_SV[reason] for reason in NOT_HELD_REASONS}),
        coerce=EndReason,
        validators=[DataRequired("Välj varför besöket inte blev av.")],
    )


class VisitFilter(FilterForm):
    lage = SelectField("Läge", choices=one_of(STANDING_SV))
    mina = BooleanField("Bara mina deltagare")


class TimeFilter(FilterForm):
    plats = SelectField("Plats", coerce=or_none(int))
