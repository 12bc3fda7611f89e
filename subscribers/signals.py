"""What the apps above are told, inside the transaction in which it happens."""

from django.dispatch import Signal

# Arguments: subscriber, who is still there. Sent with send(): whoever fails undoes all.
person_erased = Signal()
