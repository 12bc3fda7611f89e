"""Certificates made for one test: signed by themselves, and good for a day."""

from pathlib import Path

from tests.servers import children


def make_certificate(folder: Path, name: str, *, host: str) -> Path:
    """A file with a key and its certificate for a host name or an IPv4 address."""
    kind = "IP" if host.replace(".", "").isdigit() else "DNS"
    key, certificate = folder / f"{name}.key", folder / f"{name}.crt"
    children.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes"),
            *("-days", "1", "-subj", f"/CN={name}"),
            *("-addext", f"subjectAltName={kind}:{host}"),
            *("-keyout", key, "-out", certificate),
        ],
        folder=folder,
    )
    whole = folder / f"{name}.pem"
    whole.write_text(key.read_text() + certificate.read_text())
    return whole
