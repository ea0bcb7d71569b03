"""A page is read again when its chapter has been executed again."""

from types import SimpleNamespace

from extension.executed import note_execution


def test_a_page_is_made_of_what_its_chapter_gave(tmp_path):
    noted = []
    environment = SimpleNamespace(note_dependency=noted.append)
    app = SimpleNamespace(srcdir=str(tmp_path), env=environment)
    note_execution(app, "chapters/04_scaling", [""])
    assert noted == []
    kept = tmp_path / "_build" / "executed" / "04_scaling.ipynb"
    kept.parent.mkdir(parents=True)
    kept.touch()
    note_execution(app, "chapters/04_scaling", [""])
    note_execution(app, "chapters/glossary", [""])
    assert noted == [str(kept)]
