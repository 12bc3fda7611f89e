"""What every answer of ours tells a browser to refuse, and what stays in clear text."""

from csp.constants import NONE, SELF

# No inline script, no inline style, nothing from elsewhere; a page of ours stands in
# no frame. A mail inside a page has a policy of its own: senders/caging.py.
POLICY = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:"],
    "font-src": [SELF],
    "connect-src": [SELF],
    "frame-src": [SELF],
    "form-action": [SELF],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
YEAR = 365 * 24 * 3600  # seconds
# Never sent on to https: probes ask inside, in clear text, and the address of one-click
# unsubscribing must not redirect (RFC 8058 section 3.1), whatever the proxy says.
UNREDIRECTED = [r"^(.+/)?healthz(/.*)?$", r"^(.+/)?metrics/?$", r"^(.+/)?u/[^/]+$"]
