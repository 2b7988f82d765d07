"""The base of every form: Swedish messages, typed text kept, and errors from services beside the right field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import flash, request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import Field, HiddenField, PasswordField, StringField, TextAreaField
from wtforms.fields.core import UnboundField
from wtforms.validators import DataRequired

from marketplace.db import transaction
from marketplace.errors import DomainError, Invalid
from marketplace.web.messages import SwedishMessages

_MESSAGES = SwedishMessages()
_NO_FILE_SV = "Välj en fil."
T = TypeVar("T")


def _strip(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _one_line(value: Any) -> Any:
    """A browser sends no line breaks from a box of one line; whoever does gets spaces for them."""
    return " ".join(value.splitlines()).strip() if isinstance(value, str) else value


@dataclass(frozen=True)
class FormError:
    """One line of the error summary; `field_id` is empty for what concerns the form as a whole."""

    field_id: str
    label_sv: str
    message_sv: str


class BaseForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form on a POST page. Text is stripped, except passwords."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        csrf = False  # every post is checked before its view, and templates write the token

        def get_translations(self, form: FlaskForm) -> SwedishMessages:
            return _MESSAGES

        def bind_field(self, form: FlaskForm, unbound_field: "UnboundField[Any]", options: Any) -> Field:
            field_class = unbound_field.field_class
            if issubclass(field_class, StringField) and not issubclass(field_class, PasswordField):
                tidy = _strip if issubclass(field_class, TextAreaField | HiddenField) else _one_line
                options = {**options, "filters": [*unbound_field.kwargs.get("filters", ()), tidy]}
                kwargs = {key: value for key, value in unbound_field.kwargs.items() if key != "filters"}
                unbound_field = UnboundField(field_class, *unbound_field.args, **kwargs)
            bound: Field = unbound_field.bind(form=form, **options)
            return bound

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether everything can be used. What could not be read says so, also where DataRequired would say nothing
        was written."""
        is_valid: bool = super().validate(extra_validators=extra_validators)
        for field in self:
            if field.process_errors and any(str(typed).strip() for typed in field.raw_data or ()):
                field.errors = list(field.process_errors)
        return is_valid

    def add_error(self, error: DomainError) -> None:
        """Show a service's refusal beside the field it names, or above the form."""
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.form_errors.append(error.message_sv)
        else:
            field.errors = [*field.errors, error.message_sv]

    def has_errors(self) -> bool:
        return bool(self.error_list())

    def status(self) -> int:
        """The status to render the page with: 422 when something has to be mended, else 200."""
        return 422 if self.has_errors() else 200

    def error_list(self) -> list[FormError]:
        """Every error in the order of the fields, those of the whole form first."""
        found = [FormError("", "", message) for message in self.form_errors]
        for field in self:
            found += [FormError(_first_control(field), field.label.text, m) for m in _messages(field.errors)]
        return found


class ConfirmForm(BaseForm):
    """Nothing to fill in: a page that says what will happen, and a button."""


class CsvForm(BaseForm):
    """A file to read in."""

    file = FileField(
        "Fil",
        validators=[DataRequired(_NO_FILE_SV)],
        description="CSV, med rubrikerna på första raden.",
        render_kw={"accept": ".csv,text/csv"},
    )

    def upload(self) -> tuple[str, bytes]:
        """The file's name and what is in it. Raises Invalid when what was sent is no file."""
        sent = self.file.data
        if not (sent and sent.filename):
            raise Invalid(_NO_FILE_SV, field="file")
        return sent.filename, sent.stream.read()


class FilterForm(BaseForm):
    """Filters above a list: a GET form read from the address, so that a filtered list can be shared.

    A value that makes no sense is dropped and the field's default stands, since a link may be old.
    """

    def __init__(self, *, choices: Mapping[str, Mapping[Any, str]] | None = None, **kwargs: Any) -> None:
        """`choices`: those of selects whose alternatives come from the database, by field name. `formdata`: the
        address, where it has been looked through first."""
        super().__init__(**({"formdata": request.args} | kwargs))
        for name, alternatives in (choices or {}).items():
            self._fields[name].choices = one_of(alternatives)
        if not self.validate():
            for field in self:
                if field.errors:
                    field.process(None)
                    field.errors = []

    def is_filtering(self) -> bool:
        """Whether the reader has asked for anything but the whole list."""
        return any(request.args.get(field.name) for field in self)


def result_of(form: BaseForm, act: Callable[[], T]) -> T | None:
    """What a form's one thing gave, done in one transaction when it was sent in and is valid. None when it was not
    done; the form says why not."""
    if not form.validate_on_submit():
        return None
    try:
        with transaction():
            return act()
    except DomainError as error:
        form.add_error(error)
        return None


def acted(form: BaseForm, act: Callable[[], object], done_sv: str) -> bool:
    """As result_of() for what gives nothing: whether it was done, which it says."""
    is_done = result_of(form, lambda: (act(),)) is not None
    if is_done:
        flash(done_sv, "success")
    return is_done


def one_of(labels: Mapping[Any, str], *, blank: str | None = None) -> Any:
    """Choices for a select, radios or boxes out of {value: label}; `blank` is the wording of no choice.

    Any, since the stubs of WTForms do not know its dict of labels, and it no longer takes tuples.
    """
    head = {"": blank} if blank is not None else {}
    return head | {str(value): label for value, label in labels.items()}


def or_none(coerce: Callable[[str], T]) -> Callable[[Any], T | None]:
    """A coerce for selects with a blank choice: the empty string is None."""

    def convert(value: Any) -> T | None:
        return None if value in (None, "", "None") else coerce(str(value))

    return convert


def _first_control(field: Field) -> str:
    """The id to send the reader to: the first box of a group, else the field itself."""
    return f"{field.id}-0" if field.type in {"RadioField", "CheckboxesField"} else str(field.id)


def _messages(errors: Sequence[Any] | dict[Any, Any]) -> list[str]:
    """Messages of a field, or of a form inside a form, as flat text."""
    if isinstance(errors, dict):
        return [message for inner in errors.values() for message in _messages(inner)]
    flat: list[str] = []
    for error in errors:
        flat += [error] if isinstance(error, str) else _messages(error)
    return flat
