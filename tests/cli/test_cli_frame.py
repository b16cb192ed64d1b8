"""The frame of the command line: help, versions, errors and exit codes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from subprocess import PIPE

import pytest

from textmend import __version__
from textmend.cli.main import COMMANDS, FOR_MAKERS, MAKERS, exit_code
from textmend.errors import FileError, MissingExtraError, ModelError, PolicyError, RecordError

_FAKE = """
import sys, time
sys.path.insert(0, {tests!r})
from fake_mender import FakeMender
from textmend.cli import run
run.make_mender = lambda detector, filler, policy, threads, ranking=None, fast=False, cache=None: FakeMender(policy)
{more}
from textmend.cli.main import main
main()
"""


def _script(more=""):
    return [sys.executable, "-c", _FAKE.format(tests=str(Path(__file__).parent), more=more)]


def test_help_names_every_command_with_its_summary(cli):
    outcome = cli("--help")
    assert outcome.code == 0
    for name, summary in COMMANDS.items():
        assert name in outcome.text
        assert summary in outcome.text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(cli, command):
    outcome = cli(command, "--help")
    assert outcome.code == 0
    assert "Examples:" in outcome.text
    assert f"textmend {command}" in outcome.text


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS), ("decisions", "import"), ("train", "filler")])
def test_help_names_no_types_of_python(cli, command):
    text = cli(*command, "--help").text
    assert not re.search(r"<(bool|str|int|float|Path|path|list|file)\b", text)


def test_help_lists_the_commands_of_users_before_those_of_makers(cli):
    text = cli("--help").text
    users, makers = text.split(FOR_MAKERS)
    assert [name for name in COMMANDS if f"│ {name} " in users] == [name for name in COMMANDS if name not in MAKERS]
    assert all(f"│ {name} " in makers for name in MAKERS)


def test_help_imports_no_command_and_no_models():
    code = (
        "import sys; from textmend.cli.main import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'numpy', 'onnxruntime', 'tokenizers', 'torch', 'textmend.cli.find', 'textmend.mender'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_version(cli):
    assert cli("--version").text == f"textmend {__version__}\n"


def test_a_mistyped_command_is_usage_and_names_the_right_one(cli):
    outcome = cli("fnid")
    assert outcome.code == 2
    assert "find" in outcome.err


def test_a_model_problem_is_one_line_and_code_4(cli, article):
    outcome = cli("find", "--detector", "broken", article)
    assert (outcome.code, outcome.out) == (4, b"")
    assert outcome.err == "textmend: unknown detector 'broken'\n"


def test_debug_shows_the_traceback(cli, article):
    assert "Traceback" in cli("find", "--debug", "--detector", "broken", article).err
    assert "Traceback" in cli("--debug", "find", "--detector", "broken", article).err


@pytest.mark.parametrize("value", ["0", "1.5", "nan", "x"])
def test_probabilities_out_of_range_are_usage(cli, article, value):
    assert cli("find", "--at", value, article).code == 2


def test_exit_codes_of_errors():
    codes = [exit_code(error("x")) for error in (FileError, RecordError, ModelError, PolicyError)]
    assert codes == [3, 3, 4, 2]
    assert exit_code(MissingExtraError("x", "torch")) == 4


def test_a_broken_pipe_is_quiet(article):
    waits = """
mend = FakeMender.mend
def slowly(self, texts, title=None, **about):
    for number, mended in enumerate(mend(self, texts)):
        if number:
            sys.stdin.readline()  # until the reader has gone
        yield mended
FakeMender.mend = slowly
"""
    command = [*_script(waits), "mend", "-q", "--json", str(article), str(article)]
    with subprocess.Popen(command, stdin=PIPE, stdout=PIPE, stderr=PIPE) as writer:
        assert writer.stdin
        assert writer.stdout
        assert writer.stderr
        assert writer.stdout.read(10)
        writer.stdout.close()
        writer.stdin.write(b"\n")
        writer.stdin.flush()
        assert writer.stderr.read() == b""
    assert writer.returncode == 141


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_an_interrupt_is_quiet_and_130(article):
    slow = "FakeMender.find_gaps = lambda self, texts: (next(iter(texts)), print('ready', flush=True), time.sleep(60))"
    # A shell that starts the tests in the background has them ignore interrupts; the command must not inherit that.
    listen = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    arguments = [*_script(slow), "find", str(article)]
    with subprocess.Popen(arguments, stdout=PIPE, stderr=PIPE, preexec_fn=listen) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == b"ready\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() == b""
    assert process.returncode == 130
