"""Key files: readable by ZeroMQ's own reader, private, never overwritten, and refused with one sentence."""

import os
import stat

import pytest
import zmq
import zmq.auth

from ponimator_runtime import cli
from ponimator_runtime.client.connection import ClientKeys
from ponimator_runtime.errors import ConfigError
from ponimator_runtime.keys import read_key_pair, read_public_key, write_new_keys


def test_what_is_written_is_read(tmp_path):
    public_path, secret_path = write_new_keys("server", tmp_path)
    assert (public_path.name, secret_path.name) == ("server.key", "server.key_secret")
    pair = read_key_pair(secret_path)
    assert read_public_key(public_path) == read_public_key(secret_path) == pair.public
    assert zmq.curve_public(pair.secret) == pair.public
    assert pair.secret.decode() not in repr(pair)


def test_zeromq_reads_them_too(tmp_path):
    public_path, secret_path = write_new_keys("server", tmp_path)
    pair = read_key_pair(secret_path)
    assert zmq.auth.load_certificate(public_path) == (pair.public, None)
    assert zmq.auth.load_certificate(secret_path) == (pair.public, pair.secret)


def test_what_zeromq_writes_is_read(tmp_path):
    public_path, secret_path = zmq.auth.create_certificates(tmp_path, "theirs")
    assert read_key_pair(tmp_path / "theirs.key_secret").public == read_public_key(tmp_path / "theirs.key")
    assert (public_path, secret_path) == (str(tmp_path / "theirs.key"), str(tmp_path / "theirs.key_secret"))


def test_each_pair_is_another(tmp_path):
    pairs = {read_key_pair(write_new_keys(name, tmp_path)[1]).public for name in "abc"}
    assert len(pairs) == 3


@pytest.mark.skipif(os.name != "posix", reason="permissions as bits are POSIX's")
def test_the_secret_is_for_its_owner_alone(tmp_path):
    _, secret_path = write_new_keys("server", tmp_path)
    assert stat.S_IMODE(secret_path.stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path):
    for path in write_new_keys("server", tmp_path):
        before = path.read_bytes()
        with pytest.raises(ConfigError, match="take another name"):
            write_new_keys("server", tmp_path)
        assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["", "../up", "a/b", "a\\b", ".hidden", "-x", "x" * 65, "new\nline"])
def test_a_name_is_no_path(tmp_path, name):
    with pytest.raises(ConfigError, match="name"):
        write_new_keys(name, tmp_path)
    assert not list(tmp_path.rglob("*.key*"))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "no secret key"),
        ('curve\n    public-key = "' + "a" * 40 + '"\n', "no secret key"),
        ('curve\n    secret-key = "short"\n', "40 characters"),
        ('curve\n    secret-key = "' + "~" * 40 + '"\n', "40 characters"),
        ('curve\n    secret-key = "' + "#" * 40 + '"\n', "40 characters"),
    ],
)
def test_what_is_no_key_file_is_said(tmp_path, content, says):
    path = tmp_path / "x.key_secret"
    path.write_text(content)
    with pytest.raises(ConfigError, match=says):
        read_key_pair(path)


def test_keys_that_do_not_belong_together_are_refused(tmp_path):
    _, first = write_new_keys("a", tmp_path)
    _, second = write_new_keys("b", tmp_path)
    mixed = first.read_text().replace(read_key_pair(first).public.decode(), read_key_pair(second).public.decode())
    (tmp_path / "c.key_secret").write_text(mixed)
    with pytest.raises(ConfigError, match="belong together"):
        read_key_pair(tmp_path / "c.key_secret")


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_public_key(tmp_path / "none.key")


def test_a_client_needs_both_files(tmp_path):
    public_path, secret_path = write_new_keys("a", tmp_path)
    assert ClientKeys.from_files(None, None) is None
    for files in ((public_path, None), (None, secret_path)):
        with pytest.raises(ConfigError, match="need each other"):
            ClientKeys.from_files(*files)


def test_the_command_writes_both_and_says_what_next(tmp_path, capsys):
    assert cli.main(["keys", "new", "ann", "--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "--allowed-keys" in out
    assert "--client-key" in out
    secret = read_key_pair(tmp_path / "ann.key_secret").secret.decode()
    assert secret not in out


@pytest.mark.parametrize("arguments", [["keys"], ["keys", "old"], ["keys", "new"], ["keys", "new", "../x"]])
def test_wrong_use_is_one_line(arguments, capsys):
    assert cli.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
