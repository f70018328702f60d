"""Who searches the archive very often has to wait, and only they."""

from tests.live.server import Server


def test_who_searches_very_often_waits_and_keeps_the_words(server: Server) -> None:
    browser = server.browser()
    pages = (browser.get("/archive/search?q=Rohrdommel&year=2024") for _ in range(1_000))
    page = next(page for page in pages if page.status != 200)
    assert page.status == 429
    assert int(page.headers["retry-after"]) >= 1
    assert "Zwischen vielen Suchen liegt eine kurze Pause." in page.text
    assert 'value="Rohrdommel"' in page.text
    assert '<input type="hidden" name="year" value="2024">' in page.text
    assert "<title>Fehler: " in page.text
    assert browser.get("/archive").status == 200
    assert browser.get("/archive/promises").status == 200
    assert "Rohrdommel" not in server.log.read_text("utf-8")
