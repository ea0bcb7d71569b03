"""The contents with the short way marked."""

from extension.short_way import DOT, WORDS, marked

ASK = '<a class="reference internal" href="03_ask.html">3. Ask</a>'
HERE = '<a class="current reference internal" href="#">6. <span class="math">x</span></a>'
OTHER = '<a class="reference internal" href="04_more.html">4. More</a>'


def test_what_is_on_the_way_is_marked_and_nothing_else() -> None:
    contents = f"<ul><li>{ASK}</li><li>{OTHER}</li><li>{HERE}</li></ul>"
    found = marked(contents, {"03_ask.html", "#"})
    assert f'href="03_ask.html">{DOT}3. Ask{WORDS}</a>' in found
    assert f'href="#">{DOT}6. <span class="math">x</span>{WORDS}</a>' in found
    assert OTHER in found
    assert found.replace(DOT, "").replace(WORDS, "") == contents


def test_without_a_way_nothing_changes() -> None:
    assert marked(ASK, set()) == ASK
