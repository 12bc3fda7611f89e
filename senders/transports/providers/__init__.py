"""The providers of django-anymail, a row for each. Pure: facts alone, from what the
providers document and from anymail 15. The settings read it before Django stands.
"""

from senders.transports.providers.facts import Provider
from senders.transports.providers.many_at_once import MANY_AT_ONCE
from senders.transports.providers.one_at_a_time import ONE_AT_A_TIME

PROVIDERS: dict[str, Provider] = dict(sorted((MANY_AT_ONCE | ONE_AT_A_TIME).items()))
