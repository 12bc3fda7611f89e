"""Every command: wrong use is 2, a refusal or wrong settings 1, one sentence each."""

import pytest


@pytest.mark.parametrize("name", ["SECRET_KEY", "ADDRESS_KEY"])
def test_a_missing_key_is_one_sentence(product, name):
    done = product().run("check", **{name: ""})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"{name} is not set:")
    assert len(done.stderr.splitlines()) == 1
