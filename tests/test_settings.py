"""Every setting says what it is, is documented, and is refused where it cannot be meant."""

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from dialog.settings import Settings, offices_of

ROOT = Path(__file__).resolve().parent.parent
NAMES = sorted(Settings.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_described_and_documented(name) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith((".", "…"))
    rows = [
        line
        for line in (ROOT / "docs" / "reference.md").read_text("utf-8").splitlines()
        if line.startswith("|")
    ]
    assert any(f"`DIALOG_{name.upper()}`" in row for row in rows)


def test_no_setting_is_documented_that_is_none() -> None:
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    whole = "".join(document.read_text("utf-8") for document in documents)
    said = set(re.findall(r"`DIALOG_([A-Z_0-9]+)", whole))
    named = {name.lower() for name in said if not name.startswith("TEST_")}
    beginnings = {name for name in named if name.endswith("_")}  # of several settings
    assert named - beginnings <= set(NAMES)
    assert all(any(name.startswith(one) for name in NAMES) for one in beginnings)


def test_settings_come_from_the_environment(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("DIALOG_DATA", str(tmp_path))
    monkeypatch.setenv("DIALOG_BASE_URL", "https://dialog.example/")
    monkeypatch.setenv("DIALOG_ORIGINS", " https://a.example/ ,,https://b.example")
    settings = Settings()
    assert settings.database == f"sqlite:///{tmp_path}/dialog.sqlite3"
    assert settings.allowed_origins == {
        "https://dialog.example", "https://a.example", "https://b.example",
    }  # fmt: skip
    monkeypatch.setenv("DIALOG_DATABASE_URL", "postgresql://db/dialog")
    assert Settings().database == "postgresql://db/dialog"


@pytest.mark.parametrize("named", ["", "127.0.0.1", " ::1, 10.0.0.0/8,", "fd00::/64"])
def test_proxies_are_named_by_address_or_network(monkeypatch, named) -> None:
    monkeypatch.setenv("DIALOG_PROXIES", named)
    assert Settings().proxies == named


@pytest.mark.parametrize(
    "name, value",
    [
        ("PORT", "66000"),
        ("PORT", "viele"),
        ("TICK_MS", "0"),
        ("HELLO_SECONDS", "0"),
        ("CONNECTIONS", "0"),
        ("PROXIES", "*"),
        ("PROXIES", "127.0.0.1, nginx"),
        ("PROXIES", "10.0.0.1/8"),
        ("OIDC_ISSUER", "http://anmeldung.example"),
        ("OIDC_GROUPS", "team=king"),
        ("OIDC_GROUPS", "team"),
    ],
)
def test_values_that_cannot_be_meant_are_refused(monkeypatch, name, value) -> None:
    monkeypatch.setenv(f"DIALOG_{name}", value)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()


def test_a_provider_has_to_know_this_server(monkeypatch) -> None:
    monkeypatch.setenv("DIALOG_OIDC_ISSUER", "https://anmeldung.example/realms/amt")
    with pytest.raises(ValidationError, match="oidc_client"):
        Settings()
    monkeypatch.setenv("DIALOG_OIDC_CLIENT", "dialog")
    assert Settings().oidc_client == "dialog"


def test_a_group_may_be_named_as_a_directory_names_it() -> None:
    assert offices_of("a=organiser, b=moderator,,c=d=scribe") == {
        "a": "organiser", "b": "moderator", "c=d": "scribe",
    }  # fmt: skip
