"""As whom mail leaves: the list of senders, and the form of one."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bode.cells import before
from senders.forms import SenderForm
from senders.models import Sender


@admin.register(Sender)
class SenderAdmin(admin.ModelAdmin):
    form = SenderForm
    actions = None
    list_display = ["who", "answers", "closing"]
    fieldsets = [
        (
            gettext_lazy("What the reader sees"),
            {"fields": ["from_name", "from_address"]},
        ),
        (gettext_lazy("Answers and signature"), {"fields": ["reply_to", "signature"]}),
    ]
    new_title = gettext_lazy("New sender")
    empty_title = gettext_lazy("No senders yet")
    empty_text = gettext_lazy(
        "A sender is the name and address that readers see above your mail. "
        "Without one nothing can be sent."
    )

    @admin.display(description=gettext_lazy("sender"), ordering="from_name")
    def who(self, sender: Sender) -> str:
        return format_html(
            '{}<span class="detail">{}</span>', sender.from_name, sender.from_address
        )

    @admin.display(description=gettext_lazy("answers go to"))
    def answers(self, sender: Sender) -> str:
        return before(_("answers go to"), sender.reply_to or _("the same address"))

    @admin.display(description=gettext_lazy("signature"))
    def closing(self, sender: Sender) -> str:
        return _("with a signature") if sender.signature else _("without a signature")
