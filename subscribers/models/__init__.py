from subscribers.models.consent import ConsentEvent
from subscribers.models.key_proof import KeyProof
from subscribers.models.mailing_list import MailingList
from subscribers.models.subscriber import Subscriber
from subscribers.models.subscription import Subscription
from subscribers.models.suppression import Suppression

__all__ = [
    "ConsentEvent",
    "KeyProof",
    "MailingList",
    "Subscriber",
    "Subscription",
    "Suppression",
]
