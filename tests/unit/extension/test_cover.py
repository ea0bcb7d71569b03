"""What a prediction covers: the next result that there is to see."""

from docutils import nodes
from extension.boxes import _cover, box, box_cover


def _cell(*shown: nodes.Node) -> nodes.container:
    output = nodes.container("", *shown, nb_element="cell_code_output")
    return nodes.container("", nodes.container(), output, nb_element="cell_code")


def test_an_output_of_which_nothing_is_left_is_passed_over() -> None:
    """A progress bar goes to stderr, which no page shows."""
    made = box(box="ask-it")
    silent, told = _cell(), _cell(nodes.literal_block("", "0.7"))
    section = nodes.section("", made, silent, told)
    _cover(made, wants_widget=False)
    covers = list(section.findall(box_cover))
    assert [cover.parent for cover in covers] == [told[1]]
    assert covers[0]["covers"] == ["ask-it"]
