import pytest

from gan_core.access import address, codes
from gan_core.access.modes import MODES, VARIABLE
from gan_core.cli.context import context
from gan_core.cli.parser import parse
from gan_core.cli.serving import command_of, environment_of
from gan_core.jobs.keys import read_keys


@pytest.fixture
def serve(call, monkeypatch):
    """Call `serve` up to the moment at which it would become the server."""

    def serve(*arguments):
        became = []
        monkeypatch.setattr("os.execve", lambda *given: became.append(given) or _end())
        monkeypatch.setattr("os.chdir", lambda folder: None)
        said = call("serve", *arguments)
        return said, became[0][1] if became else None, became[0][2] if became else None

    return serve


def _end():
    raise KeyboardInterrupt


@pytest.mark.parametrize("mode", MODES)
def test_each_mode_binds_where_it_says(mode, tmp_path):
    given = parse(["--runs", str(tmp_path), "serve", mode, "--port", "8600"])
    command = command_of(given.mode, given.port, given.options)
    host = "0.0.0.0" if mode == "class" else "localhost"  # noqa: S104
    assert command[-2:] == [f"--server.address={host}", "--server.port=8600"]
    environ = environment_of(given.mode, context(given, {"HOME": "/x"}))
    assert environ[VARIABLE] == mode
    assert environ["GAN_RUNS_DIR"] == str(tmp_path)
    assert environ["HOME"] == "/x"


def test_alone_is_what_is_meant_without_a_word():
    assert parse(["serve"]).mode == "alone"


def test_streamlits_own_options_are_handed_on():
    given = parse(["serve", "class", "--port", "8600", "--server.maxUploadSize", "500"])
    assert given.options == ["--server.maxUploadSize", "500"]
    assert "500" in command_of("class", 8600, given.options)
    assert parse(["runs"]).options == []


def test_settings_that_are_not_understood_are_named(serve, store):
    store.root.mkdir(parents=True, exist_ok=True)
    file = store.root / "studio.json"
    for content, named in (
        ('{"teacher": ["ada"]}', "teacher"),
        ('{"quotas": {"disk_gb": -1}}', "quotas.disk_gb"),
        ("{", "studio.json"),
    ):
        file.write_text(content)
        said, command, _environ = serve("alone", "--port", "8600")
        assert command is not None
        assert "studio.json is not understood, so the defaults hold for all. " in said.err
        assert named in said.err.rpartition("for all.")[2]
    file.write_text('{"teachers": ["ada"]}')
    assert "not understood" not in serve("alone", "--port", "8600")[0].err


def test_a_class_is_told_address_code_and_picture(serve, store):
    said, command, environ = serve("class", "--port", "8600")
    assert command is not None
    code = said.err.partition("Teacher's code: ")[2].split()[0]
    assert codes.is_right(code, read_keys(store.root).code)
    assert "▄" in said.err
    assert f":{8600}" in said.err
    assert code not in " ".join(command) + " ".join(environ.values())


def test_a_code_of_ones_own(serve, store):
    serve("class", "--code", "our class")
    assert codes.is_right("OUR CLASS", read_keys(store.root).code)
    serve("proxy")
    assert read_keys(store.root).code is None


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["clas"], "allowed is one of: alone, class, proxy"),
        (["class", "--code", "abc"], "allowed are 6 … 64"),
        (["alone", "--code", "our class"], "only `serve class` has a code"),
        (["--port", "70000"], "allowed is a whole number, 1 … 65535"),
        (["--server.address=0.0.0.0"], "--server.address is decided by the mode"),
        (["class", "--server.port", "80"], "say `--port N`"),
        (["class", "--prot=1"], "Did you mean --port?"),
    ],
)
def test_bad_input(serve, arguments, words):
    said, command, _environ = serve(*arguments)
    assert words in said.refusal
    assert command is None


def test_addresses_are_those_that_others_can_use():
    assert not any(one.startswith("127.") for one in address.local_addresses())
    assert address.page_address("10.0.0.1", 8501) == "http://10.0.0.1:8501"
    assert address.page_address("fd00::1", 80) == "http://[fd00::1]"
    assert address.qr_png("http://10.0.0.1:8501").startswith(b"\x89PNG")
