"""Users and roles, in the frame: who may log in, and what they may do."""

from typing import Any

from axes.utils import reset
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, Permission, User
from django.db.models import Case, IntegerField, Q, QuerySet, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.cells import before
from bode.fields import PlainChoices
from bode.newcomers import Inviting, NewPersonForm
from bode.searching import Searching
from bode.ui import badge, moment
from senders.addresses import validate_address

ACTS = {
    "view": gettext_lazy("see"),
    "add": gettext_lazy("add"),
    "change": gettext_lazy("change"),
    "delete": gettext_lazy("delete"),
}
SENDING = gettext_lazy("schedule, send, resume and cancel")
# The rights that mean something in Bode; Django has more.
RIGHTS = {
    "mailings": ("bulletin", "layout"),
    "subscribers": ("subscriber", "mailinglist"),
    "senders": ("sender", "organisation", "outboxmail"),
    "auth": ("user", "group"),
}
# There is one organisation, and nobody writes into the outbox.
USELESS = (
    "add_outboxmail",
    "change_outboxmail",
    "delete_organisation",
)

admin.site.unregister([User, Group])


class NewPasswordForm(AdminPasswordChangeForm):
    """A new password, and no way to take passwords away."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("usable_password", None)
        for field in self.fields.values():
            field.required = True

    def save(self, commit: bool = True) -> Any:
        # Who gets a new one was perhaps kept out by trying the old.
        reset(username=self.user.get_username())
        return super().save(commit)


@admin.register(User)
class PersonAdmin(Searching, PlainChoices, Inviting, UserAdmin):
    actions = None
    list_display = ["who", "roles", "state", "seen"]
    list_filter = ["is_active", "groups"]
    search_fields = ["username", "first_name", "last_name", "email"]
    search_help_text = gettext_lazy("Search by name or address")
    filter_horizontal = ()
    list_title = gettext_lazy("Users and roles")
    new_title = gettext_lazy("New user")
    add_form = NewPersonForm
    change_password_form = NewPasswordForm
    add_fieldsets = [
        (
            gettext_lazy("Who it is"),
            {"fields": [("first_name", "last_name"), "email", "username"]},
        ),
        (
            gettext_lazy("What this person may do"),
            {"fields": ["groups", "is_superuser"]},
        ),
        (
            gettext_lazy("How this person gets in"),
            {"fields": ["usable_password", "password1", "password2"]},
        ),
    ]
    fieldsets = [
        (
            gettext_lazy("Who it is"),
            {"fields": ["username", ("first_name", "last_name"), "email", "secret"]},
        ),
        (
            gettext_lazy("What this person may do"),
            {"fields": ["is_active", "is_staff", "groups", "is_superuser"]},
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def has_change_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        """Nobody touches a person who may do more than they may."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or _may_as_much(request, obj))

    def has_delete_permission(
        self, request: HttpRequest, obj: User | None = None
    ) -> bool:
        may = super().has_delete_permission(request, obj) and obj != request.user
        return may and (obj is None or _may_as_much(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        found = super().get_fieldsets(request, obj)
        if obj or request.user.is_superuser:
            return found
        # Rights are given by who has them all.
        return [one for one in found if "groups" not in one[1]["fields"]]

    def get_readonly_fields(
        self, request: HttpRequest, obj: User | None = None
    ) -> list[str]:
        # Who may manage users must not give rights that they lack.
        mine = [] if request.user.is_superuser else ["is_superuser", "groups"]
        return ["secret", *mine]

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "groups":
            kwargs["widget"] = forms.CheckboxSelectMultiple
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and db_field.name in WORDS:
            field.label, field.help_text = WORDS[db_field.name]
        if field and db_field.name == "groups" and not Group.objects.exists():
            field.help_text = format_html(
                '{} <a href="{}">{}</a>',
                _("There are no roles yet."),
                reverse("admin:auth_group_add"),
                _("Make a role first"),
            )
        if field and db_field.name == "email":
            field.validators.append(validate_address)
        return field

    @admin.display(description=gettext_lazy("user"), ordering="username")
    def who(self, user: User) -> str:
        if not user.get_full_name():
            return user.username
        return format_html(
            '{}<span class="detail">{}</span>', user.get_full_name(), user.username
        )

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, user: User) -> str:
        if user.is_superuser:
            return _("may do everything")
        return ", ".join(group.name for group in user.groups.all()) or "—"

    @admin.display(description=gettext_lazy("status"), ordering="is_active")
    def state(self, user: User) -> str:
        if user.is_active and user.is_staff and not user.has_usable_password():
            return badge("clock", "blue", _("No password yet"))
        if user.is_active and user.is_staff:
            return badge("ringed-tick", "green", _("May log in"))
        return badge("ringed-minus", "grey", _("May not log in"))

    @admin.display(description=gettext_lazy("last seen"), ordering="last_login")
    def seen(self, user: User) -> str:
        last = moment(user.last_login) if user.last_login else _("never")
        return before(_("last seen"), last)


# What Django says of these is written for programmers.
WORDS = {
    "is_active": (
        gettext_lazy("active"),
        gettext_lazy("Off: this person cannot log in any more. Better than deleting."),
    ),
    "is_staff": (gettext_lazy("may log in here"), ""),
    "groups": (
        gettext_lazy("roles"),
        gettext_lazy("A person may do what any of these roles may do."),
    ),
    "is_superuser": (gettext_lazy("may do everything"), ""),
}


def _may_as_much(request: HttpRequest, other: User) -> bool:
    """Whether this person has every right that the other has."""
    if request.user.is_superuser:
        return True
    return not other.is_superuser and _rights_of(other) <= _rights_of(request.user)


def _rights_of(user: Any) -> set[int]:
    """By their ids; also of somebody who may not log in now."""
    own = Permission.objects.filter(Q(user=user) | Q(group__user=user))
    return set(own.values_list("pk", flat=True))


def _has_all_rights_of(request: HttpRequest, role: Group) -> bool:
    if request.user.is_superuser:
        return True
    held = set(role.permissions.values_list("pk", flat=True))
    return held <= _rights_of(request.user)


class RightsField(forms.ModelMultipleChoiceField):
    """Rights in words, such as “Bulletins: see”."""

    def label_from_instance(self, right: Permission) -> str:
        model = right.content_type.model_class()
        things = capfirst(model._meta.verbose_name_plural) if model else right.name
        things = _("Roles") if model is Group else things
        act, _dash, _model = right.codename.partition("_")
        if right.codename == "can_send":
            return f"{things}: {SENDING}"
        return f"{things}: {ACTS.get(act, right.name)}"


def rights() -> QuerySet[Permission]:
    """In the order of the menu, without those that nobody can use."""
    models = [(app, model) for app, names in RIGHTS.items() for model in names]
    places = [
        When(content_type__app_label=app, content_type__model=model, then=place)
        for place, (app, model) in enumerate(models)
    ]
    return (
        Permission.objects.annotate(place=Case(*places, output_field=IntegerField()))
        .filter(place__isnull=False)
        .exclude(codename__in=USELESS)
        .select_related("content_type")
        .order_by("place", "pk")
    )


@admin.register(Group)
class RoleAdmin(PlainChoices, GroupAdmin):
    actions = None
    filter_horizontal = ()
    list_display = ["name", "members"]
    search_fields = ()
    list_title = gettext_lazy("Roles")
    new_title = gettext_lazy("New role")
    empty_title = gettext_lazy("No roles yet")
    empty_text = gettext_lazy(
        "A role is a name for what people may do, like “Writers” who write and "
        "“Publishers” who also send."
    )

    def has_change_permission(
        self, request: HttpRequest, obj: Group | None = None
    ) -> bool:
        """Nobody touches a role that may do more than they may."""
        may = super().has_change_permission(request, obj)
        return may and (obj is None or _has_all_rights_of(request, obj))

    def has_delete_permission(
        self, request: HttpRequest, obj: Group | None = None
    ) -> bool:
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or _has_all_rights_of(request, obj))

    def formfield_for_manytomany(
        self, db_field: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> Any:
        if db_field.name != "permissions":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        mine = rights()
        if request and not request.user.is_superuser:
            mine = mine.filter(pk__in=_rights_of(request.user))
        return RightsField(
            mine,
            label=_("what this role may do"),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )

    @admin.display(description=gettext_lazy("users"))
    def members(self, group: Group) -> str:
        names = group.user_set.values_list("username", flat=True)[:20]
        return ", ".join(names) or "—"
