"""The lists of packages agree with each other, and Binder understands ours."""

import re
from importlib.metadata import PackageNotFoundError, metadata, version
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([A-Za-z0-9_.-]+)==(\S+)$")


def lines_of(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def pins(name: str) -> dict[str, str]:
    matches = filter(None, map(PIN.match, lines_of(name)))
    return {re.sub(r"[-_.]+", "-", m[1]).lower(): m[2] for m in matches}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-data.txt"])
def test_every_line_is_an_exact_pin(name):
    assert [line for line in lines_of(name) if not PIN.match(line)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-data.txt"])
def test_what_is_installed_is_what_is_pinned(name):
    wrong = {}
    for package, wanted in pins(name).items():
        try:
            found = version(package).split("+")[0]  # 2.13.0+cpu is the CPU build of 2.13.0
        except PackageNotFoundError:
            found = "missing"
        if found != wanted:
            wrong[package] = (wanted, found)
    assert wrong == {}


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0", "3.14.0"])
def test_every_pin_takes_every_python_that_we_name(python):
    refused = {}
    for package in pins("requirements.txt"):
        wanted = metadata(package).get("Requires-Python") or ""
        if not SpecifierSet(wanted).contains(python):
            refused[package] = wanted
    assert refused == {}


def test_binder_pins_are_a_subset_of_ours():
    assert pins("binder/requirements.txt").items() <= pins("requirements.txt").items()


def test_binder_installs_the_package_and_all_that_it_requires():
    assert "-e ." in lines_of("binder/requirements.txt")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    required = re.search(r"^dependencies = \[(.*?)\]", project, re.MULTILINE | re.DOTALL)
    names = re.findall(r'"([a-z0-9-]+)>=', required[1])
    assert len(names) >= 8
    assert set(names) <= pins("binder/requirements.txt").keys()


def test_binder_takes_pytorch_for_the_cpu():
    index = [x for x in lines_of("binder/requirements.txt") if x.startswith("--extra-index-url")]
    assert len(index) == 1
    assert index[0].endswith("/cpu")


# repo2docker imports a module of python-json-logger by its former name.
@pytest.mark.filterwarnings("ignore:pythonjsonlogger:DeprecationWarning")
def test_binder_chooses_the_python_build_pack(monkeypatch):
    from repo2docker.app import Repo2Docker

    monkeypatch.chdir(ROOT)
    packs = [pack("unused:latest") for pack in Repo2Docker().buildpacks]
    chosen = next(pack for pack in packs if pack.detect())
    assert type(chosen).__name__ == "PythonBuildPack"
    assert chosen.python_version == "3.11"
    assert any("binder/requirements.txt" in script for _, script in chosen.get_assemble_scripts())
    assert chosen.get_post_build_scripts() == ["binder/postBuild"]
