"""A private Postfix on loopback: it insists on STARTTLS, and keeps each mail as a file.

Debian's programs with a configuration, a queue and mailboxes of our own. Its master
process starts as root only.
"""

import pwd
import shutil
import signal
from pathlib import Path

from tests.servers import children
from tests.servers.certificates import make_certificate
from tests.smtp_server import free_port, wait_until

SECONDS = 30
PROGRAM = Path("/usr/sbin/postfix")
MASTER = Path("/usr/lib/postfix/sbin/master")
INSTALL = "install it with `sudo apt install postfix`"
# What Postfix puts before a mail that it delivers (virtual(8), cleanup(8)).
ITS_OWN = (b"Return-Path:", b"X-Original-To:", b"Delivered-To:", b"Received:")
MAIN_CF = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/state
mail_owner = postfix
setgid_group = postdrop
maillog_file = {folder}/maillog
maillog_file_prefixes = {folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = relay.example
mydestination =
alias_maps =
alias_database =
local_recipient_maps =
biff = no

virtual_mailbox_domains = lezer.example
virtual_mailbox_maps = static:kept/
virtual_mailbox_base = {folder}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}

smtpd_relay_restrictions = reject_unauth_destination
smtpd_tls_security_level = encrypt
smtpd_tls_chain_files = {good}
smtpd_tls_loglevel = 1

# As fast as it goes: every mail is for the same mailbox.
initial_destination_concurrency = 20
virtual_destination_concurrency_limit = 20
virtual_destination_recipient_limit = 1
in_flow_delay = 0
smtpd_client_connection_rate_limit = 0
"""
MASTER_CF = """\
{port} inet n - n - - smtpd
{other_port} inet n - n - - smtpd -o smtpd_tls_chain_files={wrong}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """Runs from the start to `close`; `certificate` is what a client must trust.

    On `port` it shows that certificate, on `other_port` one for another host.
    """

    def __init__(self) -> None:
        if not PROGRAM.exists():
            raise children.Missing(f"The tests need Postfix: {INSTALL}.")
        self.folder = children.private_folder("postfix", user="root")
        self.folder.chmod(0o755)  # its parts run as other users
        self.certificate = make_certificate(self.folder, "relay", host="127.0.0.1")
        self.wrong = make_certificate(self.folder, "wrong", host="other.example")
        self.port, self.other_port = free_port(), free_port()
        self._write()
        own = ("-c", self.folder / "etc")
        children.run([PROGRAM, *own, "check"], folder=self.folder)  # makes its folders
        self.server = children.start(
            [MASTER, *own, "-d"], folder=self.folder, end=signal.SIGTERM
        )
        wait_until(self._runs, seconds=SECONDS, what="Postfix")

    @property
    def log(self) -> str:
        return (self.folder / "maillog").read_text()

    def mails(self) -> list[Path]:
        """A file for each mail that it delivered."""
        return sorted((self.folder / "mail" / "kept" / "new").glob("*"))

    def close(self) -> None:
        self.server.terminate()
        self.server.wait(SECONDS)
        shutil.rmtree(self.folder)

    def _write(self) -> None:
        owner = pwd.getpwnam("postfix")
        for name in ("etc", "queue", "state", "mail"):
            (self.folder / name).mkdir()
        children.give(self.folder / "state", "postfix")
        children.give(self.folder / "mail", "postfix")
        words = {
            "folder": self.folder,
            "uid": owner.pw_uid,
            "gid": owner.pw_gid,
            "port": self.port,
            "other_port": self.other_port,
            "good": self.certificate,
            "wrong": self.wrong,
        }
        (self.folder / "etc" / "main.cf").write_text(MAIN_CF.format(**words))
        (self.folder / "etc" / "master.cf").write_text(MASTER_CF.format(**words))

    def _runs(self) -> bool:
        assert self.server.poll() is None, (self.folder / "log").read_text()
        log = self.folder / "maillog"
        return log.exists() and "daemon started" in log.read_text()


def content_of(mail: bytes) -> bytes:
    """A delivered mail without the headers that Postfix put before it."""
    lines = mail.splitlines(keepends=True)
    while lines[0].startswith(ITS_OWN):
        del lines[0]
        while lines[0][:1] in (b" ", b"\t"):
            del lines[0]
    return b"".join(lines)
