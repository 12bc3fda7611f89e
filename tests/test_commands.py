"""Every command: wrong use is 2, a refusal or wrong settings 1, one sentence each."""

import pytest


@pytest.mark.parametrize("name", ["SECRET_KEY", "ADDRESS_KEY"])
def test_a_missing_key_is_one_sentence(product, name):
    done = product().run("check", **{name: ""})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{name} is not set:")
    assert len(done.stderr.splitlines()) == 1


def test_a_command_speaks_english_to_scripts_whatever_the_language(product):
    done = product().run("pause_bulletin", "7", LANGUAGE_CODE="nl")
    assert (done.returncode, done.stderr) == (1, "There is no bulletin 7.\n")
