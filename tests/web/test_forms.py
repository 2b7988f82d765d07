from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
from flask import Flask, render_template_string
from flask.typing import ResponseReturnValue
from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Length, NumberRange

from marketplace.errors import Conflict
from marketplace.web.fields import (
    CheckboxesField,
    DateFieldSv,
    HoursField,
    OreField,
    OrgnrField,
    PercentField,
)
from marketplace.web.forms import BaseForm, FilterForm, one_of, or_none
from marketplace.web.guards import public
from tests.web.small_app import small_app


class Size(StrEnum):
    SMALL = "small"
    LARGE = "large"


class Sample(BaseForm):
    name = StringField("Namn", validators=[DataRequired(), Length(max=20)], description="Så som det visas.")
    tasks = TextAreaField("Uppgifter")
    seats = IntegerField("Platser", validators=[DataRequired(), NumberRange(1, 50)])
    start = DateFieldSv("Börjar")
    price = OreField("Pris")
    hours = HoursField("Timmar")
    share = PercentField("Procent")
    orgnr = OrgnrField("Organisationsnummer")
    size = RadioField(
        "Storlek",
        choices=one_of({Size.SMALL: "Liten", Size.LARGE: "Stor"}),
        coerce=or_none(Size),
        validate_choice=False,
    )
    needs = CheckboxesField("Anpassningar", choices=one_of({"lift": "Hiss", "calm": "Lugn miljö"}))
    trade = SelectField("Yrke", choices=one_of({"7115": "Snickare"}, blank="Välj"), coerce=or_none(str))
    agreed = BooleanField("Jag godkänner")
    password = PasswordField("Lösenord")


class SampleFilter(FilterForm):
    kommun = SelectField("Kommun", coerce=or_none(str))
    start = DateFieldSv("Från")
    name = StringField("Namn")


PAGE = """{% extends "layouts/base.html" %}
{% from "components/forms.html" import form_start, form_end, error_summary, field, buttons %}
{% block title %}Prov{% endblock %}
{% block content %}<h1>Prov</h1>{{ error_summary(form) }}{{ form_start() }}
{% for each in form if each.name != "csrf_token" %}{{ field(each) }}{% endfor %}
{{ buttons() }}{{ form_end() }}{% endblock %}"""


def with_form(app: Flask) -> None:
    @app.route("/form", methods=["GET", "POST"])
    @public("a test")
    def form() -> ResponseReturnValue:
        sample = Sample()
        if sample.validate_on_submit():
            sample.add_error(Conflict("Namnet är upptaget.", field="name"))
            sample.add_error(Conflict("Platsen är stängd."))
        return render_template_string(PAGE, form=sample), sample.status()


APP = small_app(with_form)


def submitted(**typed: Any) -> Sample:
    with APP.test_request_context("/form", method="POST", data=typed):
        form = Sample()
        form.validate()
        return form


def test_typed_text_is_kept_with_the_errors_beside_it() -> None:
    typed = {"name": "Ett <namn>", "seats": "många", "price": "tolv", "hours": "x", "orgnr": "212000-2892"}
    answer = APP.test_client().post("/form", data={**typed, "tasks": "Rad 1\nRad 2", "needs": "calm"})
    assert answer.status_code == 422
    for text in ("Ett &lt;namn&gt;", 'value="många"', 'value="tolv"', 'value="212000-2892"', "Rad 1\nRad 2"):
        assert text in answer.text
    assert 'checked class="form-check-input" id="needs-1"' in answer.text
    assert 'href="#seats"' in answer.text
    assert 'aria-describedby="seats-fel"' in answer.text
    assert "4 saker behöver rättas" in answer.text


def test_help_stands_before_the_field_and_optional_ones_are_marked() -> None:
    page = APP.test_client().get("/form").text
    assert page.index("Så som det visas.") < page.index('id="name"')
    assert 'aria-describedby="name-hjalp"' in page
    assert page.count("frivilligt") == 10


def test_a_refusal_by_a_service_stands_beside_its_field_or_above_the_form() -> None:
    answer = APP.test_client().post("/form", data={"name": "Ett namn", "seats": "3"})
    assert answer.status_code == 422
    assert '<a href="#name">Namn: Namnet är upptaget.</a>' in answer.text
    assert "Platsen är stängd." in answer.text


def test_text_is_stripped_but_passwords_are_not() -> None:
    form = submitted(name="  Ett namn ", seats="3", password=" med blanksteg ")
    assert form.name.data == "Ett namn"
    assert submitted(name="Ett\r\nBcc: namn\u2028", seats="3", password="").name.data == "Ett Bcc: namn"
    assert form.password.data == " med blanksteg "


def test_what_could_not_be_read_is_not_called_empty() -> None:
    assert submitted(name="Ett namn", seats="många").seats.errors == ["Skriv ett helt tal med siffror."]
    assert submitted(name="Ett namn", seats="").seats.errors == ["Fyll i fältet."]
    assert submitted(name="Ett namn", seats="51").seats.errors == ["Skriv ett tal från 1 till 50."]


def test_blanks_alone_are_nothing() -> None:
    assert "Fyll i fältet." in submitted(name="   ", seats="3").name.errors


@pytest.mark.parametrize(
    ("typed", "ore"),
    [
        ("1 234,50", 123450),
        ("1\u00a0234,5", 123450),
        ("439", 43900),
        ("439.10 kr", 43910),
        ("-10", -1000),
        ("−10", -1000),
        ("0,1", 10),
        ("", None),
    ],
)
def test_kronor_as_people_type_them(typed: str, ore: int | None) -> None:
    form = submitted(price=typed)
    assert form.price.data == ore
    assert not form.price.errors


@pytest.mark.parametrize("typed", ["1,234", "1e3", "tolv", "NaN", "Infinity", "1,2,3", "١٢", "--1", "9" * 40])
def test_what_is_not_kronor_is_refused_in_swedish(typed: str) -> None:
    assert "kronor" in submitted(price=typed).price.errors[0]


@pytest.mark.parametrize(
    ("typed", "hours"), [("7,5", "7.5"), ("7:30", "7.5"), ("8", "8"), ("7.25 tim", "7.25"), ("0:20", "0.33")]
)
def test_hours_as_people_type_them(typed: str, hours: str) -> None:
    assert submitted(hours=typed).hours.data == Decimal(hours)


@pytest.mark.parametrize("typed", ["7:75", "x", "7,333", "9" * 40])
def test_what_is_not_hours_is_refused(typed: str) -> None:
    assert submitted(hours=typed).hours.errors


@pytest.mark.parametrize(("typed", "percent"), [("2,5", "2.5"), ("-1 %", "-1"), ("3 procent", "3")])
def test_per_cent_as_people_type_it(typed: str, percent: str) -> None:
    assert submitted(share=typed).share.data == Decimal(percent)


@pytest.mark.parametrize("typed", ["7:30", "2,555", "x", "9" * 40])
def test_what_is_not_per_cent_is_refused(typed: str) -> None:
    assert "procent" in submitted(share=typed).share.errors[0]


@pytest.mark.parametrize(
    ("typed", "day"), [("2026-03-09", date(2026, 3, 9)), (" 20260309 ", date(2026, 3, 9)), ("", None)]
)
def test_days_in_iso_form(typed: str, day: date | None) -> None:
    form = submitted(start=typed)
    assert form.start.data == day
    assert not form.start.errors


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert "ÅÅÅÅ-MM-DD" in submitted(start="2026-02-30").start.errors[0]


@pytest.mark.parametrize("typed", ["222000-3079", "2220003079", " 222000-3079 "])
def test_organisation_numbers_are_kept_as_ten_digits(typed: str) -> None:
    assert submitted(orgnr=typed).orgnr.data == "2220003079"


@pytest.mark.parametrize("typed", ["212000-2892", "212100-2114", "22200030", "abc"])
def test_organisation_numbers_that_fail_luhn_are_refused(typed: str) -> None:
    assert "stämmer inte" in submitted(orgnr=typed).orgnr.errors[0]


def test_values_are_shown_as_they_would_be_typed() -> None:
    with APP.test_request_context("/form"):
        form = Sample(data={"price": 123450, "hours": Decimal("7.50"), "orgnr": "2220003079"})
        assert 'value="1\u00a0234,50"' in form.price()
        assert 'value="7,5"' in form.hours()
        assert 'value="222000-3079"' in form.orgnr()


def test_choices_give_enum_members_and_blank_gives_none() -> None:
    form = submitted(size="large", trade="")
    assert form.size.data is Size.LARGE
    assert form.trade.data is None
    assert submitted(size="huge").size.errors == ["Välj ett av alternativen."]


def test_a_filter_reads_the_address_and_drops_nonsense() -> None:
    choices = {"kommun": {"": "Alla", "0180": "Stockholm"}}
    with APP.test_request_context("/open?kommun=0180&start=2026-99-99&name=+Trä+"):
        form = SampleFilter(choices=choices)
        assert (form.kommun.data, form.start.data, form.name.data) == ("0180", None, "Trä")
        assert not form.has_errors()
        assert form.is_filtering()
    with APP.test_request_context("/open?sida=2"):
        assert not SampleFilter(choices=choices).is_filtering()
    with APP.test_request_context("/open?kommun=9999"):
        assert SampleFilter(choices=choices).kommun.data is None
