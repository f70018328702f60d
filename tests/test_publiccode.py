"""publiccode.yml says of the program what is so, in the form that catalogues of software read."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

import dialog
from dialog.web.catalogue import LANGUAGES

ROOT = Path(__file__).resolve().parent.parent
# The closed sets of the standard (https://yml.publiccode.tools, core 0.5), as far as we use them.
STATUS = {"concept", "development", "beta", "stable", "obsolete"}
KINDS = {
    "standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web",
    "standalone/backend", "standalone/other", "addon", "library", "configurationFiles",
}  # fmt: skip
CATEGORIES = {"civic-engagement", "communications", "event-management"}
MAINTENANCE = {"internal", "contract", "community", "none"}
MANDATORY = {
    "publiccodeYmlVersion", "name", "url", "platforms", "developmentStatus", "softwareType",
    "description", "legal", "maintenance", "localisation",
}  # fmt: skip
KNOWN = MANDATORY | {"softwareVersion", "categories", "intendedAudience", "dependsOn"}


@pytest.fixture(scope="module")
def said() -> dict[str, Any]:
    with (ROOT / "publiccode.yml").open(encoding="utf-8") as file:
        return dict(yaml.safe_load(file))


def test_it_has_what_the_standard_demands_and_nothing_it_does_not_know(said) -> None:
    assert said.keys() >= MANDATORY
    assert said.keys() <= KNOWN
    assert said["publiccodeYmlVersion"] == "0.5"
    assert re.fullmatch(r"https://\S+", said["url"])
    assert said["developmentStatus"] in STATUS
    assert said["softwareType"] in KINDS
    assert set(said["categories"]) <= CATEGORIES
    assert said["platforms"] == ["web"]
    assert said["maintenance"]["type"] in MAINTENANCE
    assert all(one["name"] for one in said["maintenance"]["contacts"])


def test_it_describes_the_program_in_its_languages_within_the_lengths_of_the_standard(said) -> None:
    for text in said["description"].values():
        assert text.keys() <= {"shortDescription", "longDescription", "features"}
        assert 0 < len(text["shortDescription"]) <= 150
        assert 150 <= len(text["longDescription"]) <= 10_000
        assert text["features"]
        assert all(0 < len(one) <= 100 for one in text["features"])
    assert said["localisation"]["localisationReady"] is True
    spoken = {lang for lang in LANGUAGES if len(lang) == 2}
    assert set(said["description"]) == spoken
    assert set(said["localisation"]["availableLanguages"]) >= spoken


def test_version_and_licence_are_those_of_the_package(said) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert said["softwareVersion"] == dialog.__version__
    assert said["legal"]["license"] == project["license"]
    assert "PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text("utf-8").partition("\n")[0]
    assert {one["name"] for one in said["dependsOn"]["open"]} == {"PostgreSQL"}
