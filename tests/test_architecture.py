"""The import contracts of pyproject.toml hold, and each one notices when it is broken."""

import itertools
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))[
    "tool"
]["importlinter"]["contracts"]

LINT_IMPORTS = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as l; l()"]


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # Without its cache, which once hid a layer that was missing.
    command = [*LINT_IMPORTS, "--no-cache", "--no-logo", *options]
    # On a line wide enough that no name of a contract is broken in two.
    wide = os.environ | {"COLUMNS": "200"}
    return subprocess.run(
        command, cwd=folder, env=wide, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package whose imports a test may spoil."""
    sources = shutil.ignore_patterns("__pycache__", "_data", "locale")
    shutil.copytree(ROOT / "dialog", tmp_path / "dialog", ignore=sources)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def source(folder: Path, module: str) -> Path | None:
    """The file of a module or package, if it is there."""
    path = folder.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


def spoil(folder: Path, module: str, imported: str) -> None:
    file = source(folder, module)
    assert file is not None
    with file.open("a", encoding="utf-8") as out:
        out.write(f"\nimport {imported}\n")


def present(folder: Path, modules: list[str]) -> list[str]:
    return [module for module in modules if source(folder, module)]


def layers_of(contract: dict[str, Any]) -> Iterator[list[str]]:
    """The modules of each layer, from the top."""
    for layer in contract["layers"]:
        yield [name.strip("() ") for name in re.split(r"[|:]", layer)]


def break_layers(folder: Path, contract: dict[str, Any]) -> None:
    """Let a module of the lowest layer import one of the highest."""
    container = contract["containers"][0]
    layers = [present(folder, [f"{container}.{name}" for name in n]) for n in layers_of(contract)]
    top, *_, bottom = [layer for layer in layers if layer]
    spoil(folder, bottom[0], top[0])


def break_forbidden(folder: Path, contract: dict[str, Any]) -> None:
    """Let every module that is held import one thing that it must not."""
    forbidden = itertools.cycle(contract["forbidden_modules"])
    for module in present(folder, contract["source_modules"]):
        spoil(folder, module, next(forbidden))


def break_protected(folder: Path, contract: dict[str, Any]) -> None:
    """Let the forum import what only a few may."""
    spoil(folder, "dialog.forum", contract["protected_modules"][0])


def break_acyclic_siblings(folder: Path, contract: dict[str, Any]) -> None:
    """Let two neighbours import each other."""
    spoil(folder, "dialog.forum.names", "dialog.forum.phase")
    spoil(folder, "dialog.forum.phase", "dialog.forum.names")


BREAKS = {
    "layers": break_layers,
    "forbidden": break_forbidden,
    "protected": break_protected,
    "acyclic_siblings": break_acyclic_siblings,
}


def contracts(kind: str) -> list[Any]:
    return [pytest.param(c, id=c["id"]) for c in CONTRACTS if c["type"] == kind]


def test_every_import_contract_is_kept():
    outcome = lint_imports(ROOT)
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("contract", [pytest.param(c, id=c["id"]) for c in CONTRACTS])
def test_a_broken_contract_is_noticed(copy: Path, contract: dict[str, Any]):
    BREAKS[contract["type"]](copy, contract)
    outcome = lint_imports(copy, "--contract", contract["id"])
    assert outcome.returncode != 0
    assert f"{contract['name']} BROKEN" in outcome.stdout, outcome.stdout + outcome.stderr


@pytest.mark.parametrize("contract", contracts("forbidden"))
def test_a_forbidden_import_is_noticed_in_every_module_held(copy: Path, contract: dict[str, Any]):
    break_forbidden(copy, contract)
    outcome = lint_imports(copy, "--contract", contract["id"])
    for module in contract["source_modules"]:
        assert re.search(rf"^- +{re.escape(module)} -> ", outcome.stdout, re.MULTILINE), module


@pytest.mark.parametrize("contract", contracts("layers"))
def test_a_newcomer_must_be_given_its_layer(copy: Path, contract: dict[str, Any]):
    container = copy.joinpath(*contract["containers"][0].split("."))
    (container / "newcomer.py").write_text('"""A module without a layer."""\n', "utf-8")
    outcome = lint_imports(copy, "--contract", contract["id"])
    assert outcome.returncode != 0
    assert "newcomer" in outcome.stdout + outcome.stderr
