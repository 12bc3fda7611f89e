"""The bulletin that the benchmark compiles, and an editor who looks at it."""

from django.contrib.auth.models import User

from mailings.editions import Press, compile_edition
from mailings.models import Bulletin, Edition
from subscribers.models import Subscriber
from tests.make import make_bulletin, make_list, make_organisation, make_subscriber

SIZE = 40 * 1024  # characters: a long bulletin
PARAGRAPH = """<p>Er valt steeds vaker in korte tijd veel regen. Straten lopen
onder, en <strong>bewoners bellen</strong> als eerste de gemeente. Lees meer in
<a href="https://www.lageland.example/handreiking">de handreiking</a>, beste
{{ salutation }}.</p><ul><li>Kijk na of uw telefoonlijst klopt.</li></ul>"""


def prepare() -> tuple[Bulletin, Press, Subscriber]:
    make_organisation()
    mailing_list = make_list()
    subscriber = make_subscriber(lists=[mailing_list])
    body = PARAGRAPH * (SIZE // len(PARAGRAPH) + 1)
    bulletin = make_bulletin(lists=[mailing_list], body=body)
    edition = compile_edition(bulletin)
    edition.save()
    return bulletin, Press(edition, bulletin), subscriber


def compile_it(bulletin: Bulletin) -> Edition:
    return compile_edition(bulletin)


def make_editor() -> User:
    return User.objects.create_superuser("marit", "marit@lageland.example")


def form_of(bulletin: Bulletin) -> dict[str, object]:
    """What the page posts while its editor types."""
    return {
        "subject": bulletin.subject,
        "headline": bulletin.headline,
        "body": bulletin.body,
        "language": bulletin.language,
        "sender": bulletin.sender_id,
        "layout": bulletin.layout_id,
        "lists": [one.pk for one in bulletin.lists.all()],
        "based_on": bulletin.version,
    }
