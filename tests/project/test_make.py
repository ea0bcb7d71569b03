"""The commands: the same on every system, and what they say when something is missing."""

import os
import re
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
import yaml
from build import node_folder
from newest import difference, loosened, pins

import make

ROOT = Path(__file__).resolve().parents[2]


def test_the_makefile_names_every_target_and_no_other():
    text = (ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ")
    named = re.search(r"^TARGETS := (.*)$", text, flags=re.MULTILINE)[1].split()
    assert sorted(named) == sorted(make.TARGETS)


def test_every_step_runs_a_file_that_exists_and_every_target_has_steps_that_exist():
    named = {word for lines in make.STEPS.values() for line in lines for word in line.split()}
    files = {word for word in named if word.endswith(".py")}
    assert len(files) >= 10
    assert {file for file in files if not (ROOT / file).is_file()} == set()
    used = {step for _, steps in make.TARGETS.values() for step in steps}
    assert used == make.STEPS.keys()


def test_examples_trains_every_stored_model():
    scripts = {path.relative_to(ROOT).as_posix() for path in (ROOT / "scripts").glob("*.py")}
    assert sorted(make.STEPS["train"]) == sorted(scripts)


def test_test_runs_all_that_its_parts_run():
    parts = ("lint", "test-package", "test-notebooks", "test-site", "test-live")
    steps = {step for part in parts for step in make.TARGETS[part][1]}
    together = ", ".join(make.TOGETHER)
    assert set(make.TARGETS["test"][1]) == steps - set(make.TOGETHER) | {together}
    assert steps > set(make.TOGETHER)
    (line,) = make.STEPS[together]
    assert "tests" not in line, "all of them, and none left out"


def test_python_and_node_lie_elsewhere_on_windows():
    here, there = PurePosixPath("/book/.venv"), PureWindowsPath("C:/book/.venv")
    assert make.python_of(here, "posix") == here / "bin" / "python"
    assert make.python_of(there, "nt") == there / "Scripts" / "python.exe"
    assert node_folder(here, "posix") == here / "bin"
    assert node_folder(there, "nt") == there


@pytest.mark.parametrize(
    ("by_hand", "system", "nvidia", "wants"),
    [
        ("", "linux", False, True),
        ("", "linux", True, False),
        ("", "darwin", False, False),
        ("", "win32", False, False),
        ("1", "linux", True, True),
        ("1", "win32", False, True),
        ("0", "linux", False, False),
    ],
)
def test_which_build_of_pytorch_is_looked_for(by_hand, system, nvidia, wants):
    assert make.wants_cpu_build(by_hand, system, nvidia)[0] is wants


@pytest.mark.parametrize("answers", [True, False])
def test_the_index_is_used_where_it_answers_and_one_line_says_so(answers, monkeypatch, capsys):
    monkeypatch.delenv("CPU", raising=False)
    monkeypatch.setattr(make, "wants_cpu_build", lambda *_: (True, "no GPU"))
    monkeypatch.setattr(make, "answers", lambda index: answers)
    option = make.pytorch_index()
    assert bool(option) is answers
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert ("for the CPU: no GPU" if answers else "does not answer") in said


def test_the_index_is_not_asked_where_it_is_decided_by_hand(monkeypatch):
    monkeypatch.setattr(make, "answers", lambda index: pytest.fail("it was asked"))
    monkeypatch.setenv("CPU", "1")
    assert make.pytorch_index()[0] == "--extra-index-url"
    monkeypatch.setenv("CPU", "0")
    assert make.pytorch_index() == []


class Index(BaseHTTPRequestHandler):
    status = 200

    def do_GET(self):
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.mark.parametrize("status", [200, 403, 404])
def test_an_index_answers_if_it_has_pytorch(status):
    handler = type("Handler", (Index,), {"status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert make.answers(f"http://127.0.0.1:{server.server_port}") is (status == 200)


def test_an_index_that_says_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(make, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert make.answers(address) is False
    assert make.answers(address) is False  # nobody is there any more


def test_a_python_that_is_too_old_is_named(monkeypatch):
    monkeypatch.setattr(make, "OLDEST", (9, 1))
    with pytest.raises(make.StepFailedError, match=r"Python 9\.1 or newer is needed, but .* is 3"):
        make.environment()


def test_an_environment_of_another_checkout_is_used_as_it_is(tmp_path, monkeypatch):
    monkeypatch.delenv("HERE", raising=False)
    (tmp_path / "other").mkdir()
    (tmp_path / ".venv").symlink_to(tmp_path / "other", target_is_directory=True)
    monkeypatch.setattr(make, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(make, "call", lambda *_: pytest.fail("something was installed"))
    assert make.environment() == make.python_of(tmp_path / ".venv")
    monkeypatch.setenv("HERE", "1")
    assert make.environment() == Path(sys.executable)


def test_an_environment_is_made_once_and_again_when_a_pin_changes(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("HERE", raising=False)
    monkeypatch.setenv("CPU", "0")
    for name in (*make.PINS, "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(make, "VENV", tmp_path / ".venv")
    digest = make.pins_digest
    monkeypatch.setattr(make, "pins_digest", lambda: digest(tmp_path))
    called = []

    def call(*command):
        called.append(command)
        python = make.python_of(tmp_path / ".venv")
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        version = ".".join(map(str, sys.version_info[:3]))
        (tmp_path / ".venv" / "pyvenv.cfg").write_text(f"version = {version}\n", encoding="utf-8")

    monkeypatch.setattr(make, "call", call)
    make.environment()
    assert [command[2] for command in called] == ["venv", "pip", "pip", "pip"]
    called.clear()
    with (tmp_path / "pyproject.toml").open("a", encoding="utf-8") as project:
        project.write("\n[tool.other]\nx = 1\n")
    make.environment()
    assert called == []
    with (tmp_path / "requirements.txt").open("a", encoding="utf-8") as pins:
        pins.write("another==1.0\n")
    make.environment()
    assert [command[2] for command in called] == ["pip", "pip", "pip"]


def test_what_cannot_be_written_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(make, "BUILD", tmp_path / "_build")

    def refuse(dir):
        raise OSError(30, "Read-only file system")

    make.check_writable(tmp_path)
    monkeypatch.setattr(make.tempfile, "TemporaryFile", refuse)
    with pytest.raises(make.StepFailedError) as error:
        make.check_writable(tmp_path)
    for word in (str(tmp_path), "Read-only", ".venv", "_build", "node_modules"):
        assert word in str(error.value)


@pytest.mark.parametrize("keep_going", ["", "1"])
def test_a_set_up_that_fails_is_a_failure(keep_going, monkeypatch, capsys):
    def fail():
        raise make.StepFailedError("cannot write here")

    monkeypatch.setattr(make, "check_writable", fail)
    monkeypatch.setattr(make, "environment", lambda: pytest.fail("it went on"))
    monkeypatch.setattr(make, "run", lambda *_: pytest.fail("it went on"))
    monkeypatch.setattr(sys, "argv", ["make.py", "book"])
    monkeypatch.setenv("KEEP_GOING", keep_going)
    assert make.main() == 1
    out, err = capsys.readouterr()
    assert "cannot write here" in err
    assert re.search(r"set up +0 s  FAILED", out)


@pytest.mark.parametrize("keep_going", ["", "1"])
def test_the_table_shows_where_the_time_went_also_of_a_failure(keep_going, monkeypatch, capfd):
    steps = {"first": ['-c "print(1)"'], "second": ['-c "raise SystemExit(3)"'], "third": ["-V"]}
    monkeypatch.setattr(make, "STEPS", steps)
    monkeypatch.setattr(make, "TARGETS", {"all": ("", list(steps))})
    monkeypatch.setattr(make, "environment", lambda: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["make.py", "all"])
    monkeypatch.setenv("KEEP_GOING", keep_going)
    assert make.main() == 1
    out, err = capfd.readouterr()
    table = out[out.index("where the time went") :]
    assert re.search(r"first +\d+ s\n", table)
    assert re.search(r"second +\d+ s  FAILED\n", table)
    assert ("third" in table) is bool(keep_going)
    assert re.search(r"in all +\d+ s", table)
    assert "second" in err
    assert "(3)" in err


@pytest.mark.parametrize(("step", "status"), [("serve", 0), ("package", 1)])
def test_what_runs_until_it_is_stopped_does_not_fail_by_it(step, status, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(make, "run", stop)
    monkeypatch.setattr(make, "TARGETS", {"it": ("", [step])})
    monkeypatch.setattr(make, "environment", lambda: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["make.py", "it"])
    assert make.main() == status
    assert "stopped by hand" in capsys.readouterr().err


def test_without_a_failure_the_exit_status_says_so(monkeypatch, capfd):
    monkeypatch.setattr(make, "STEPS", {"first": ['-c "print(41 + {jobs})"']})
    monkeypatch.setattr(make, "TARGETS", {"all": ("", ["first"])})
    monkeypatch.setattr(make, "environment", lambda: Path(sys.executable))
    monkeypatch.setattr(sys, "argv", ["make.py", "all"])
    monkeypatch.setenv("JOBS", "1")
    assert make.main() == 0
    assert "42\n" in capfd.readouterr().out


def test_a_target_that_there_is_not_is_answered_with_a_list(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["make.py", "bok"])
    assert make.main() == 2
    assert "build the website" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["make.py"])
    assert make.main() == 0


def test_steps_see_this_checkout_first(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    path = make.child_environment()["PYTHONPATH"].split(os.pathsep)
    assert path == [str(ROOT), "elsewhere"]


def test_continuous_integration_calls_targets_and_nothing_else():
    called = []
    for path in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
        for job in jobs.values():
            parts = job.get("strategy", {}).get("matrix", {}).get("part", [""])
            lines = [step["run"] for step in job["steps"] if "run" in step]
            called += [line.replace("${{ matrix.part }}", part) for line in lines for part in parts]
    for line in called:
        command, script, target = line.split()
        assert (command, script) == ("python", "make.py")
        assert target in make.TARGETS
    everything = {step for line in called for step in make.TARGETS[line.split()[2]][1]}
    together = ", ".join(make.TOGETHER)
    assert set(make.TARGETS["test"][1]) - {together} | set(make.TOGETHER) <= everything


def test_the_newest_packages_are_those_that_are_asked_for_and_not_what_they_bring():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    asked = loosened(text)
    assert "torch>=2.13.0" in asked
    assert any(re.fullmatch(r"jupyter-book>=1\..*,<2", line) for line in asked)
    assert not any(line.startswith("zipp") for line in asked)
    assert 20 < len(asked) < len(pins(text)) / 2


def test_what_is_newer_is_said():
    old = {"torch": "2.13.0", "numpy": "2.4.6", "left-out": "1.0"}
    rows = difference(old, {"torch": "2.13.0+cpu", "numpy": "2.5.0", "other": "3"})
    assert rows[2:] == ["| numpy | 2.4.6 | 2.5.0 |"]
