"""The web process under the settings of production, asked as a proxy asks it."""

import contextlib
import http.client
import subprocess
import sys
import time

import pytest

from tests.processes import ROOT, SECONDS, Product
from tests.running import free_port

PRODUCTION = {
    "DEBUG": "",
    "SITE_URL": "https://bode.example.org",
    "TRANSPORT": "smtp",
    "SMTP_URL": "smtp://localhost:25",
    "SECRET_KEY": "aZ4" + "kQ8w-Xr2nB7_vLp0sTf9eYc3hUj6mGd1iOz5" * 2,
    "OPERATORS": "ops@example.org",
    "PYTHONWARNINGS": "",  # whitenoise misses the folder of collected files
}
OWN = {"DJANGO_SETTINGS_MODULE": "bode.settings"}
LOGIN = "/admin/login/"
HTTPS = {"X-Forwarded-Proto": "https"}
YEAR = "31536000"


class Server:
    """gunicorn as it serves production, on a port of its own."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.port = free_port()
        serve = ("gunicorn", "--config", "python:bode.serving", "bode.wsgi")
        self.process = subprocess.Popen(
            [sys.executable, "-m", *serve],
            cwd=ROOT,
            env=product.environment | OWN | {"PORT": str(self.port)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until_it_answers(self) -> "Server":
        end = time.monotonic() + SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(OSError):
                self.ask("GET", "/healthz")
                return self
            time.sleep(0.1)
        self.process.kill()
        raise AssertionError(self.process.communicate()[1])

    def ask(self, method: str, path: str, body: str = "", **headers: str):
        """The answer to a request; by its name unless `headers` say another host."""
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            headers = {"Host": "bode.example.org"} | form | names
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.text = answer.read().decode()
            return answer

    def end(self) -> None:
        self.process.terminate()
        self.process.communicate(timeout=SECONDS)


@pytest.fixture(scope="module")
def servers(installations, tmp_path_factory):
    """One behind a proxy that it trusts, and one that trusts nobody."""
    with contextlib.ExitStack() as ends:
        made = {}
        for name, trust in (("trusting", "1"), ("wary", "")):
            folder = tmp_path_factory.mktemp(name)
            product = installations.make(folder, **PRODUCTION, TRUST_PROXY=trust)
            made[name] = Server(product)
            ends.callback(made[name].end)
        yield {name: server.until_it_answers() for name, server in made.items()}


@pytest.fixture
def trusting(servers) -> Server:
    return servers["trusting"]


@pytest.fixture
def wary(servers) -> Server:
    return servers["wary"]


def test_check_deploy_has_nothing_to_say(product):
    made = product(**PRODUCTION | {"PYTHONWARNINGS": "error", "TRUST_PROXY": "1"})
    done = made.run("check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (2 silenced).\n"


def test_clear_text_is_sent_on_to_the_site_itself(trusting):
    answer = trusting.ask("GET", f"{LOGIN}?next=/admin/", X_Forwarded_Proto="http")
    assert answer.status == 301
    there = f"https://bode.example.org{LOGIN}?next=/admin/"
    assert answer.headers["Location"] == there
    aside = trusting.ask("GET", LOGIN, Host="bode.example.org:81")
    assert aside.headers["Location"] == f"https://bode.example.org{LOGIN}"


def test_over_https_a_page_is_answered_and_kept_to_https(trusting):
    answer = trusting.ask("GET", LOGIN, **HTTPS)
    assert answer.status == 200
    assert answer.headers["Strict-Transport-Security"] == f"max-age={YEAR}"
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-csrf=")
    for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert word in cookie
    assert "Domain" not in cookie


def test_who_trusts_no_proxy_believes_no_header_of_it(wary):
    for headers in (HTTPS, {}):
        answer = wary.ask("GET", LOGIN, **headers)
        assert answer.status == 200
        assert "Strict-Transport-Security" not in answer.headers


@pytest.mark.parametrize("name", ["trusting", "wary"])
@pytest.mark.parametrize("path", ["/healthz", "/healthz/sending", "/metrics"])
def test_a_probe_inside_is_answered_in_clear_text(servers, name, path):
    answer = servers[name].ask("GET", path, Host="10.0.0.7:8000")
    assert answer.status not in (301, 302, 400)


@pytest.mark.parametrize("name", ["trusting", "wary"])
def test_one_click_unsubscribing_is_never_sent_elsewhere(servers, name):
    for headers in (HTTPS, {"X-Forwarded-Proto": "http"}, {}):
        answer = servers[name].ask(
            "POST", "/u/forged", "List-Unsubscribe=One-Click", **headers
        )
        assert answer.status == 404
        assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "bode.example.org.evil.example",
        "127.0.0.1",
        "bode.example.org@x",
    ],
)
@pytest.mark.parametrize("path", ["/", LOGIN, "/u/forged", "/nothing"])
def test_a_host_that_is_not_ours_is_refused(trusting, host, path):
    answer = trusting.ask("GET", path, Host=host, **HTTPS)
    assert answer.status == 400
    assert host not in answer.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("name", ["trusting", "wary"])
def test_a_host_that_a_proxy_passes_on_counts_for_nothing(servers, name):
    headers = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    answer = servers[name].ask("GET", LOGIN, **HTTPS, **headers)
    assert answer.status == 200
    assert "evil" not in answer.text
    sent_on = servers[name].ask("GET", "/admin/", **HTTPS, **headers)
    assert sent_on.headers["Location"] == "/admin/login/?next=/admin/"


def test_an_error_page_gives_nothing_away(trusting):
    answer = trusting.ask("GET", "/nothing/here", **HTTPS)
    assert answer.status == 404
    for word in ("Traceback", "urlpatterns", "DEBUG", str(ROOT)):
        assert word not in answer.text


def test_who_scans_the_internet_wakes_no_operator(trusting):
    for host in ("evil.example", "10.0.0.7"):
        assert trusting.ask("GET", LOGIN, Host=host, **HTTPS).status == 400
    forged = trusting.ask("POST", LOGIN, "username=x&password=y", **HTTPS)
    assert forged.status == 403
    asked = trusting.product.query("SELECT count(*) FROM senders_letter")
    assert asked == [(0,)]
