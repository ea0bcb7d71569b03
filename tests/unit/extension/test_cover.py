"""What a prediction covers: the next result that there is to see."""

from docutils import nodes
from extension.boxes import _cover, box, box_cover


def _cell(*shown: nodes.Node) -> nodes.container:
    """A code cell and its output, as myst-nb writes them."""
    output = nodes.container("", *shown, nb_element="cell_code_output")
    code = nodes.container(nb_element="cell_code_source")
    return nodes.container("", code, output, nb_element="cell_code")


def test_a_cell_that_shows_nothing_is_passed_over() -> None:
    """One that only records answers, or a progress bar, which goes to stderr."""
    asked = box(box="fog")
    empty, result = _cell(), _cell(nodes.paragraph("", "24 degrees"))
    nodes.section("", asked, empty, result)
    _cover(asked, False)
    assert list(empty.findall(box_cover)) == []
    (cover,) = result.findall(box_cover)
    assert cover["covers"] == ["fog"]
