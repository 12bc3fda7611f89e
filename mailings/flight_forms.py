"""The one question of the schedule page, and what may be answered to it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mailings.preflight.problem import Problem

NOW, LATER = "now", "later"
FRIDAY = 4  # as date.weekday() counts


class ScheduleForm(forms.Form):
    """When the bulletin goes out, and which warnings were seen."""

    when = forms.ChoiceField(
        choices=[
            (NOW, gettext_lazy("Now")),
            (LATER, gettext_lazy("At a chosen time")),
        ],
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose when it goes out."),
            "invalid_choice": gettext_lazy("Choose when it goes out."),
        },
    )
    date = forms.DateField(
        label=gettext_lazy("Date"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
        error_messages={
            "invalid": gettext_lazy("This is no date. Write it like 2026-11-26.")
        },
    )
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S", "%H.%M"],
        error_messages={
            "invalid": gettext_lazy("This is no time. Write it like 09:00.")
        },
    )
    seen = forms.MultipleChoiceField(
        required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, warnings: Sequence[Problem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings = warnings
        self.send_at: datetime | None = None
        field = self.fields["seen"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(problem.key, problem.message) for problem in warnings]
        self.fields["date"].widget.attrs["min"] = timezone.localdate().isoformat()

    def clean_seen(self) -> list[str]:
        """Every warning ticked off, or an error."""
        seen = self.cleaned_data["seen"]
        if {problem.key for problem in self.warnings} - set(seen):
            raise forms.ValidationError(_("Tick off each warning that you have seen."))
        return seen

    def clean(self) -> dict[str, Any]:
        answer = super().clean() or self.cleaned_data
        if answer.get("when") == LATER:
            self._clean_moment(answer)
        return answer

    def _clean_moment(self, answer: dict[str, Any]) -> None:
        for name, missing in (
            ("date", _("Choose a date.")),
            ("time", _("Choose a time.")),
        ):
            if name not in self.errors and answer.get(name) is None:
                self.add_error(name, missing)
        if "date" in self.errors or "time" in self.errors:
            return
        try:
            self.send_at = local_moment(answer["date"], answer["time"])
        except forms.ValidationError as error:
            self.add_error("time", error)


def local_moment(day: date, clock: time) -> datetime:
    """The moment that a wall clock here means.

    Raises ValidationError for a moment in the past, and for an hour that the change
    to or from summer time leaves out or repeats.
    """
    said = datetime.combine(day, clock)
    moment = said.replace(tzinfo=timezone.get_current_timezone())
    if refusal := _refusal(said, moment):
        words = {"time": clock.strftime("%H:%M"), "date": f"{day:%d-%m-%Y}"}
        raise forms.ValidationError(refusal % words)
    return moment


def _refusal(said: datetime, moment: datetime) -> str:
    """Why this is no moment to send at; empty where it is one."""
    try:
        there_and_back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    except OverflowError:
        return _("Choose a date that is nearer.")
    if there_and_back.replace(tzinfo=None) != said:
        return _(
            "%(time)s does not exist on %(date)s: the clock goes forward then. "
            "Choose another time."
        )
    if moment.utcoffset() != moment.replace(fold=1).utcoffset():
        return _(
            "%(time)s comes twice on %(date)s: the clock goes back then. "
            "Choose another time."
        )
    if moment <= timezone.now():
        return _("This time has passed. Choose a later one, or “Now”.")
    return ""


def suggested_moment() -> dict[str, Any]:
    """What the page proposes: the next working day at nine."""
    day = timezone.localdate() + timedelta(days=1)
    while day.weekday() > FRIDAY:
        day += timedelta(days=1)
    return {"date": day, "time": time(9)}
