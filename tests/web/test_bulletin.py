"""What everybody sees of notices, while they change."""

from pathlib import Path

from dialog.store.database import Database
from dialog.store.migrate import migrate
from dialog.store.notices import Draft, Notice
from dialog.web.bulletin import Bulletin

NOW = 1_796_317_205_345


async def test_who_looked_before_a_withdrawal_does_not_bring_it_back(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/dialog.sqlite3"
    migrate(url)
    database = Database(url)
    bulletin = Bulletin(database, "Schlüssel", lambda: NOW)
    number = await bulletin.notices.make(Draft(title="Neue Kurse"))
    made = await bulletin.notices.get(number)
    assert made is not None
    assert await bulletin.notices.publish(number, made.rev, lambda _n: "neue-kurse", mail=False)
    read = bulletin.notices.all

    async def withdrawn_meanwhile() -> tuple[Notice, ...]:
        found = await read()
        bulletin.notices.all = read  # type: ignore[method-assign]
        assert await bulletin.notices.withdraw(number, found[0].rev)
        await bulletin.renew()
        return found

    bulletin.notices.all = withdrawn_meanwhile  # type: ignore[method-assign]
    await bulletin.look()
    assert await bulletin.public() == ()
    await database.close()
