"""`.env`, as `make run` makes and completes it."""

import stat

import environ
import pytest

from bode import keys


def read(path):
    class Reader(environ.Env):
        ENVIRON = {}

    Reader.read_env(str(path))
    return Reader.ENVIRON


@pytest.fixture
def path(tmp_path):
    return tmp_path / ".env"


def test_a_new_file_holds_keys_that_nobody_else_has(path, tmp_path):
    keys.complete(path)
    keys.complete(tmp_path / "other")
    mine, other = read(path), read(tmp_path / "other")
    for name in ("SECRET_KEY", "ADDRESS_KEY"):
        assert len(mine[name]) >= 50
        assert mine[name] != other[name]
    assert len(mine["DEMO_PASSWORD"]) >= 12
    assert mine["DEMO_PASSWORD"] != other["DEMO_PASSWORD"]
    assert (mine["DEBUG"], mine["PACE"]) == ("1", "4")


def test_only_its_owner_reads_it(path):
    keys.complete(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_complete_file_is_not_touched(path):
    keys.complete(path)
    before = (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns)
    keys.complete(path)
    assert (path.read_bytes(), path.stat().st_ino, path.stat().st_mtime_ns) == before


def test_what_a_file_sets_stays(path):
    path.write_text('# mine\nexport PACE=2\nADDRESS_KEY="kept"\nDEBUG=0\nPORT=8001')
    keys.complete(path)
    assert path.read_text().startswith(
        '# mine\nexport PACE=2\nADDRESS_KEY="kept"\nDEBUG=0\nPORT=8001\n'
    )
    settings = read(path)
    assert settings["ADDRESS_KEY"] == "kept"
    assert (settings["PACE"], settings["DEBUG"]) == ("2", "0")
    assert settings["SECRET_KEY"]


def test_an_empty_setting_is_filled_where_it_stands(path):
    path.write_text("SECRET_KEY=\n# words\nADDRESS_KEY=\n")
    keys.complete(path)
    settings = read(path)
    assert len(settings["SECRET_KEY"]) >= 50
    assert len(settings["ADDRESS_KEY"]) >= 50
    assert path.read_text().splitlines()[1] == "# words"


def test_a_live_installation_never_becomes_a_demo(path):
    path.write_text("SITE_URL=https://bode.example.org\n")
    keys.complete(path)
    assert "DEBUG" not in read(path)
    assert "PACE" not in read(path)
    assert read(path)["SECRET_KEY"]


def test_a_link_to_the_file_stays_a_link(path, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("PORT=8001\n")
    path.symlink_to(elsewhere)
    keys.complete(path)
    assert path.is_symlink()
    assert read(elsewhere)["SECRET_KEY"]


def test_the_null_device_is_left_alone():
    keys.complete(keys.Path("/dev/null"))
    assert keys.Path("/dev/null").is_char_device()
