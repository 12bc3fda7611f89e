"""A database as large as a municipality's, written by the server itself."""

from django.db import connection

PEOPLE = 40_000
BULLETINS = 5  # so that the ledger has 200,000 rows; the last is halfway
TABLES = (
    *("mailings_delivery", "mailings_edition", "mailings_bulletin"),
    *("subscribers_subscription", "subscribers_subscriber"),
    *("subscribers_mailinglist", "senders_letter", "mailings_layout"),
    "mailings_tally",
)
STATEMENTS = (
    # Which foreign keys hold is known; to check each row takes most of the time.
    "SET session_replication_role = replica",
    "INSERT INTO subscribers_mailinglist (id, name, slug, description, legal_basis,"
    " is_public) VALUES (1, 'Nieuws', 'nieuws', '', 'consent', true)",
    "INSERT INTO subscribers_subscriber (id, email, address_key, salutation,"
    " first_name, infix, last_name, name, organisation, function, language, created_at)"
    " SELECT n, 'p' || n || '@lezer.example', md5(n::text), '', '', '', '', '', '', '',"
    f" 'nl', now() FROM generate_series(1, {PEOPLE}) AS n",
    "INSERT INTO subscribers_subscription (subscriber_id, mailing_list_id, status,"
    " changed_at) SELECT id, 1, CASE WHEN id % 50 = 0 THEN 'unsubscribed' ELSE"
    " 'confirmed' END, now() FROM subscribers_subscriber",
    "INSERT INTO mailings_layout (id, name, slug, frame, colour, show_logo, footer)"
    " VALUES (1, 'Brief', 'letter', 'letter', '', true, '')",
    "INSERT INTO mailings_delivery (bulletin_id, edition_id, subscriber_id, email,"
    ' domain, address_key, "values", status, outcome, reason, attempts, due_at,'
    " provider_id, claim, lease_until)"
    " SELECT b, b, s.id, s.email, 'd' || s.id % 900 || '.example', s.address_key, '{}',"
    f" CASE WHEN b < {BULLETINS} OR s.id % 2 = 0 THEN 'sent'"
    " WHEN s.id % 20001 = 1 THEN 'submitting' WHEN s.id % 2001 = 1 THEN 'failed'"
    " WHEN s.id % 3001 = 1 THEN 'in_doubt' ELSE 'queued' END,"
    " 'none', '', 0, now() - interval '1 hour', '', NULL,"
    " CASE WHEN s.id % 20001 = 1 THEN now() - interval '1 minute' END"
    f" FROM generate_series(1, {BULLETINS}) AS b, subscribers_subscriber s"
    " ORDER BY b, s.id",
    # No trigger has counted them.
    "INSERT INTO mailings_tally (bulletin_id, domain, status, count)"
    " SELECT bulletin_id, domain, status, count(*) FROM mailings_delivery"
    " GROUP BY bulletin_id, domain, status",
    "INSERT INTO senders_letter (kind, recipient, subject, text, status, reason,"
    " attempts, due_at, expires_at, created_at)"
    " SELECT 'password', 'x@lezer.example', 'x', '',"
    " CASE WHEN n % 10000 = 1 THEN 'waiting' ELSE 'sent' END, '', 1, now(),"
    " now() + interval '1 hour', now() - n * interval '1 second'"
    f" FROM generate_series(1, {PEOPLE}) AS n",
    "SET session_replication_role = DEFAULT",
)


def write() -> None:
    """Committed: `remove` takes it away again."""
    with connection.cursor() as cursor:
        for statement in STATEMENTS:
            cursor.execute(statement)


def settle() -> None:
    """As autovacuum leaves it after a while: dead rows gone, statistics at hand."""
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"VACUUM ANALYZE {table}")


def remove() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
