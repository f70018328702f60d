"""Every setting, read once from the environment; only ``app`` and ``cli`` look here."""

from datetime import date
from ipaddress import ip_network
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

MAILBOX = r"^(|[^<>@\s]+@[^<>@\s]+)$"
OFFICES = ("organiser", "moderator", "minister", "scribe")


def offices_of(groups: str) -> dict[str, str]:
    """Return the office of each group; a name of a group may have signs of equality in it."""
    pairs = (pair.rpartition("=") for pair in groups.split(",") if pair.strip())
    return {group.strip(): role.strip() for group, _, role in pairs}


class Settings(BaseSettings):
    """What an administrator can set; each field's description is its documentation."""

    model_config = SettingsConfigDict(env_prefix="DIALOG_", frozen=True, extra="ignore")

    data: Path = Field(default=Path("data"), description="Folder for the database and the secret.")
    database_url: str = Field(
        default="",
        pattern="^(|sqlite:///.+|postgres(ql)?([+]psycopg)?://.+)$",
        description="SQLAlchemy address; empty: SQLite in the data folder. PostgreSQL: postgresql://…",
    )
    sessions: Path = Field(
        default=Path("sessions"), description="Folder with the declared sessions."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=0, le=65_535, description="Port to listen on.")
    metrics_host: str = Field(
        default="127.0.0.1", description="Address on which the metrics are given out."
    )
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="Port for the metrics, another one than the public one; 0: none are given.",
    )
    access_log: bool = Field(
        default=False,
        description="Write a line for each request: page, status, time; no address, no token.",
    )
    disk_mb: int = Field(
        default=64,
        ge=0,
        description="Free megabytes of the data folder's disk below which the server is not ready.",
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000",
        pattern="^https?://[^/]+/?$",
        description="Address under which people reach the server; https makes the cookie Secure.",
    )
    origins: str = Field(
        default="",
        description="Further allowed origins beside the base address, separated by commas.",
    )
    secret: str = Field(
        default="", description="Key for signatures; empty: drawn once and kept in the data folder."
    )
    proxies: str = Field(
        default="", description="Addresses of reverse proxies whose forwarded headers are believed."
    )
    tick_ms: int = Field(
        default=100, ge=10, le=5_000, description="Milliseconds between two live updates."
    )
    window_ms: int = Field(
        default=7,
        ge=0,
        le=1_000,
        description="Milliseconds that a batch of commands gathers before its commit.",
    )
    connections: int = Field(
        default=10_000,
        ge=1,
        description="Connections in all, pages and websockets; beyond, new ones are refused.",
    )
    connections_per_address: int = Field(
        default=2_500,
        ge=1,
        description="Connections from one address; a hall of 300 browsers opens up to seven each.",
    )
    connections_per_person: int = Field(
        default=20, ge=1, description="Websockets and long polls of one person, in all tabs."
    )
    head_bytes: int = Field(
        default=32_768,
        ge=4_096,
        description="Largest head of a request, with the framing of its body.",
    )
    head_seconds: float = Field(default=10.0, gt=0, description="Time for a request's head.")
    stalled_seconds: float = Field(
        default=30.0,
        gt=0,
        description="Time after which a client is cut that takes nothing of what waits for it.",
    )
    control_frames_per_10s: int = Field(
        default=100, ge=10, description="Pings and pongs of one websocket in ten seconds."
    )
    fragments: int = Field(
        default=128, ge=1, description="Pieces in which one websocket message may come."
    )
    message_bytes: int = Field(
        default=8_192, ge=1_024, description="Largest websocket message of volunteers and readers."
    )
    staff_message_bytes: int = Field(
        default=65_536,
        ge=1_024,
        description="Largest websocket message of staff, and largest form.",
    )
    messages_per_10s: int = Field(
        default=20, ge=1, description="Messages of one volunteer in ten seconds."
    )
    staff_messages_per_10s: int = Field(
        default=100, ge=1, description="Messages of one member of staff in ten seconds."
    )
    joins_at_once: int = Field(
        default=30,
        ge=1,
        description="New participants of a dialogue who come from one network (/24, /64) at once; "
        "the questions of more wait in the second list.",
    )
    joins_per_minute: float = Field(
        default=6.0, gt=0, description="How many more a minute come from one network as usual."
    )
    joins_per_hour: int = Field(
        default=600,
        ge=1,
        description="New participants from one network in an hour; beyond, they are asked to wait.",
    )
    hello_seconds: float = Field(
        default=5.0, gt=0, description="Time for a connection's first message."
    )
    drain_seconds: int = Field(
        default=10, ge=1, description="Time for connections to end on shutdown."
    )
    pass_idle_days: int = Field(
        default=30, ge=1, description="Days after which an unused pass of volunteers ends."
    )
    pass_days: int = Field(
        default=180, ge=1, description="Days after which any pass of volunteers ends."
    )
    staff_idle_hours: int = Field(
        default=12, ge=1, description="Hours after which an unused sign-in of staff ends."
    )
    staff_days: int = Field(default=7, ge=1, description="Days after which any sign-in ends.")
    mail_relay: str = Field(
        default="",
        pattern=r"^(|smtps?://([^/@\s]+@)?[^/@\s]+/?)$",
        description="The operator's relay, smtp://user:password@host:587 or smtps://…; or no mail.",
    )
    mail_from: str = Field(
        default="",
        pattern=r"^(|[^<>@\s]+@[^<>@\s]+|[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>)$",
        description="Sender of all mail, Name <address> or address; empty: dialog@ and the host.",
    )
    mail_plain: bool = Field(
        default=False, description="Talk to a relay on another machine without TLS."
    )
    mail_timeout: float = Field(
        default=30.0, gt=0, le=120, description="Seconds that the relay has for each answer."
    )
    mail_per_minute: int = Field(
        default=120, ge=1, le=60_000, description="Letters that one process sends in a minute."
    )
    oidc_issuer: str = Field(
        default="",
        pattern=r"^(|https://.+|http://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?(/.*)?)$",
        description="OpenID Connect provider with which staff sign in; empty: by mail only.",
    )
    oidc_client: str = Field(
        default="", validate_default=True, description="Name of this server at the provider."
    )
    oidc_secret: str = Field(default="", description="Its secret there.")
    oidc_scopes: str = Field(
        default="openid email profile", description="Scopes that are asked for, with spaces."
    )
    oidc_claim: str = Field(default="groups", description="Claim that names somebody's groups.")
    oidc_groups: str = Field(
        default="", description="Offices by group: group=role,group=role; they follow each sign-in."
    )
    operator: str = Field(
        default="Demonstration", description="Name of the operator, shown on every page."
    )
    demonstration: bool = Field(
        default=False,
        description="Say on every page that this is a demonstration and no authority's offer.",
    )
    contact: str = Field(
        default="", description="Address of the contact page (https:// or mailto:)."
    )
    imprint: str = Field(default="", description="Address of an imprint instead of our own.")
    privacy: str = Field(default="", description="Address of a privacy notice instead of our own.")
    accessibility: str = Field(
        default="", description="Address of an accessibility statement instead of our own."
    )
    barrier: str = Field(
        default="", description="Address for reporting a barrier instead of our own form."
    )
    easy: str = Field(default="", description="Address of a page in Leichte Sprache.")
    sign: str = Field(default="", description="Address of a page in sign language.")
    operator_address: str = Field(
        default="", description="Postal address of the operator; lines end with a semicolon."
    )
    operator_email: str = Field(
        default="", pattern=MAILBOX, description="The operator's e-mail address."
    )
    operator_phone: str = Field(default="", description="The operator's telephone number.")
    operator_represented: str = Field(
        default="", description="Who represents the operator, as the imprint says it."
    )
    operator_vat: str = Field(default="", description="The operator's VAT identification number.")
    operator_authority: str = Field(
        default="", description="Authority that supervises the operator; lines as above."
    )
    operator_editor: str = Field(
        default="", description="Who answers for the content (§ 18 MStV); lines as above."
    )
    privacy_officer: str = Field(
        default="", description="The operator's data protection officer; lines as above."
    )
    privacy_authority: str = Field(
        default="", description="Authority for complaints about data protection; lines as above."
    )
    privacy_basis: str = Field(
        default="", description="Legal basis on which data is processed, as one sentence."
    )
    privacy_processor: str = Field(
        default="", description="Who runs the machine for the operator; lines as above."
    )
    accessibility_norm: str = Field(
        default="EN 301 549 V3.2.1 (WCAG 2.1 AA)",
        description="Norm against which accessibility is declared.",
    )
    accessibility_result: str = Field(
        default="",
        pattern="^(|full|partial|none)$",
        description="How far the norm is met: full, partial or none; empty: not assessed yet.",
    )
    accessibility_date: date | None = Field(
        default=None, description="Day on which the statement was made or last looked at."
    )
    accessibility_method: str = Field(
        default="", description="How it was assessed: self-assessment, or by whom."
    )
    accessibility_gaps: str = Field(
        default="", description="What is not accessible; entries end with a semicolon."
    )
    accessibility_enforcement: str = Field(
        default="", description="Body to turn to where no answer helps; lines as above."
    )
    barrier_mail: str = Field(
        default="",
        pattern=MAILBOX,
        description="Where reports of barriers are sent; empty: the operator's e-mail address.",
    )
    security_contact: str = Field(
        default="",
        pattern=r"^(|https://\S+|mailto:[^@\s]+@\S+|tel:\+\S+)$",
        description="Where weak points are reported (mailto:, https: or tel:), for security.txt.",
    )
    security_policy: str = Field(
        default="",
        pattern=r"^(|https://\S+)$",
        description="Address of the rules for whoever looks for weak points, for security.txt.",
    )

    @field_validator("proxies")
    @classmethod
    def _named(cls, proxies: str) -> str:
        """Refuse what names no address: "*" believes everyone, a name of a host nobody."""
        for named in filter(None, (proxy.strip() for proxy in proxies.split(","))):
            ip_network(named)
        return proxies

    @field_validator("metrics_port")
    @classmethod
    def _apart(cls, port: int, given: ValidationInfo) -> int:
        """Refuse the public port: what is told there is not for everyone."""
        if port and port == given.data.get("port"):
            raise ValueError("the metrics need a port of their own")
        return port

    @field_validator("accessibility_date", mode="before")
    @classmethod
    def _unset(cls, day: object) -> object:
        """Take an empty day for none, as every other setting does."""
        return day or None

    @field_validator("oidc_client")
    @classmethod
    def _known(cls, client: str, given: ValidationInfo) -> str:
        """Refuse a provider that does not know us."""
        if given.data.get("oidc_issuer") and not client:
            raise ValueError("the provider has to know this server by a name")
        return client

    @field_validator("oidc_groups")
    @classmethod
    def _paired(cls, groups: str) -> str:
        """Refuse groups with an office that there is not."""
        if set(offices_of(groups).values()) - set(OFFICES):
            raise ValueError(f"group=role,group=role with {', '.join(OFFICES)}")
        return groups

    @property
    def database(self) -> str:
        """The database's address, SQLite in the data folder unless another one is set."""
        return self.database_url or f"sqlite:///{self.data.absolute() / 'dialog.sqlite3'}"

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may write and connect."""
        further = (origin.strip().rstrip("/") for origin in self.origins.split(","))
        return frozenset({self.base_url.rstrip("/"), *further} - {""})
