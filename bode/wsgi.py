"""The door for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bode.settings")
application = get_wsgi_application()
# By name: there are models only now.
import_string("bode.readiness.refuse_another_key")()
