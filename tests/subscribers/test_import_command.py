"""`import_subscribers` as a process: the contract of the command line."""

import json

import pytest

PEOPLE = """E-mailadres;Voornaam;Taal;Telefoon
n.wiersma@eikerveld.example;Nynke;Nederlands;06
N.Wiersma@Eikerveld.example;Noa;nl;06

jörg@example.org;Jörg;de;06
b@example.org;Bo;Deutsch;06
"""


@pytest.fixture
def bode(product):
    return product()


def write(bode, content=PEOPLE):
    path = bode.folder / "people.csv"
    path.write_text(content)
    return path


def rows(bode, table):
    return bode.query(f"SELECT count(*) FROM {table}")[0][0]


def test_the_report_as_json_is_all_that_stdout_holds(bode):
    options = ["--list", "news", "--create-list", "News", "--json"]
    out = bode.ok("import_subscribers", write(bode), *options)
    report = json.loads(out)
    assert list(report) == ["added", "updated", "unchanged", "skipped", "rejected"]
    assert [report[name] for name in list(report)[:4]] == [2, 0, 0, 1]
    assert [row["row"] for row in report["rejected"]] == [5]
    assert report["rejected"][0]["reason"].endswith(".")

    again = json.loads(bode.ok("import_subscribers", write(bode), *options))
    assert [again[name] for name in list(again)[:4]] == [0, 0, 2, 1]
    assert rows(bode, "subscribers_subscriber") == 2


def test_the_report_in_words_names_what_was_left_alone(bode):
    done = bode.run(
        "import_subscribers", write(bode), "--list", "news", "--create-list", "News"
    )
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    assert "Added: 2 Updated: 0 Unchanged: 0 Skipped: 1 Rejected: 1" in words
    assert "row 5: " in words
    assert "Columns left alone: Telefoon." in words
    assert "“Deutsch” (1 rows)" in words


def test_a_dry_run_changes_nothing(bode):
    options = ["--list", "news", "--create-list", "News", "--dry-run"]
    out = bode.ok("import_subscribers", write(bode), *options)
    assert "Nothing has changed" in out
    assert json.loads(bode.ok("import_subscribers", write(bode), *options, "--json"))
    assert rows(bode, "subscribers_subscriber") == 0
    assert rows(bode, "subscribers_mailinglist") == 0


@pytest.mark.parametrize(
    "content", ["", "name\nNynke\n", "email,e-mail\na@example.org,\n", "a\0b"]
)
def test_a_refused_file_is_one_sentence_and_exit_1(bode, content):
    done = bode.run(
        "import_subscribers",
        write(bode, content),
        *["--list", "news", "--create-list", "News", "--json"],
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.endswith(".\n")
    assert rows(bode, "subscribers_mailinglist") == 0


def test_a_missing_file_and_an_unknown_list_are_refused(bode):
    for path in (bode.folder / "missing.csv", write(bode), bode.folder):
        done = bode.run("import_subscribers", path, "--list", "news")
        assert (done.returncode, done.stdout) == (1, "")
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["people.csv"], ["--list", "news"]])
def test_wrong_use_is_exit_2(bode, arguments):
    done = bode.run("import_subscribers", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_name_of_a_file_that_is_no_text_is_no_problem(bode):
    path = bytes(bode.folder) + b"/p\xff.csv"
    with open(path, "w") as file:
        file.write(PEOPLE)
    options = ["--list", "news", "--create-list", "News"]
    bode.ok("import_subscribers", path, *options)
    assert rows(bode, "subscribers_consentevent") == 2


def test_eleven_thousand_rows_are_all_there(bode):
    lines = [f"p{n}@example{n % 300}.org;Persoon {n}" for n in range(11_000)]
    path = write(bode, "\n".join(["email;naam", *lines, ""]))
    options = ["--list", "news", "--create-list", "News", "--json"]
    report = json.loads(bode.ok("import_subscribers", path, *options))
    assert report["added"] == rows(bode, "subscribers_subscription") == 11_000
    assert rows(bode, "subscribers_consentevent") == 11_000
