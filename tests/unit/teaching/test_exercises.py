"""The grader of exercises: right answers pass, and wrong ones are told how they are wrong."""

import pytest
import torch

from attention.teaching.exercises import grade


def double(x):
    return 2 * x


def test_a_right_answer_is_correct(capsys):
    assert grade(lambda x: x + x, double, [(1.0,), (torch.ones(3),)])
    assert capsys.readouterr().out == "correct: <lambda> agrees in all 2 cases\n"


def test_an_answer_within_the_tolerance_is_correct():
    near = {"tolerance": 1e-3}
    assert grade(lambda x: 2 * x + 9e-4, double, [(1.0,), (torch.ones(3),)], **near)
    assert not grade(lambda x: 2 * x + 2e-3, double, [(1.0,)], **near)
    assert not grade(lambda x: 2 * x + 2e-3, double, [(torch.ones(3),)], **near)
    # However large the numbers are.
    assert not grade(lambda x: 2 * x + 2e-3, double, [(torch.full((3,), 1e3),)], **near)


@pytest.mark.parametrize(
    ("wanted", "near", "far"),
    [
        (torch.tensor([1.0, 300.0]), 300 * 5e-6, 300 * 5e-5),
        (torch.tensor([1e-3, -torch.inf]), 5e-6, 5e-5),
        (torch.tensor([3.0]).double(), 1e-9, 1e-8),
        (torch.tensor([2.0], dtype=torch.float16), 0.01, 0.5),
        (15.0, 15 * 5e-6, 15 * 5e-5),
        (0.0, 5e-6, 5e-5),
    ],
    ids=str,
)
def test_without_a_tolerance_roundings_are_no_mistake(wanted, near, far):
    def right(x):
        return x

    assert grade(lambda x: x + near, right, [(wanted,)])
    assert not grade(lambda x: x + far, right, [(wanted,)])


def test_whole_numbers_and_words_have_no_tolerance():
    assert not grade(lambda x: x + 1, lambda x: x, [(10**9,)])
    assert not grade(lambda x: x + 1, lambda x: x, [(torch.tensor([10**9]),)])
    assert grade(lambda x: x == 2, lambda x: x > 1, [(torch.tensor([1, 2]),)])


def test_the_first_case_that_differs_is_the_one_that_is_shown(capsys):
    assert not grade(lambda x: x + 1, double, [(1,), (3,), (4,)])
    assert capsys.readouterr().out == "not yet: <lambda>(3)\n  4 is wrong: too small\n"


def unwritten(x):
    """What a reader starts from."""


def raising(x):
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize(
    ("answer", "reference", "argument", "problem"),
    [
        (unwritten, double, 1.0, "returned None: still to be written"),
        (raising, double, 1.0, "raised ZeroDivisionError: division by zero"),
        (lambda x: (x, x), lambda x: (x, x, x), 1, "should return 3 values, but returned 2"),
        (lambda x: [x, x], lambda x: (x, x), 1, "should return 2 values, but returned a list"),
        (lambda x: (x, 5), lambda x: (x, x), 1, "value 2 of 2: 5 is wrong: too large"),
        (lambda x: 3.0, double, torch.ones(2), "should return a tensor, but returned a float"),
        (
            lambda x: x[None],
            double,
            torch.ones(2),
            "should have shape (2,), but had (1, 2)",
        ),
        (
            lambda x: x.double(),
            double,
            torch.ones(2),
            "should have dtype torch.float32, but had torch.float64",
        ),
        (lambda x: x + 1, lambda x: x, torch.tensor([3]), "4 is wrong: too large"),
        (lambda x: ~x, lambda x: x, torch.tensor([True]), "False is wrong"),
        (lambda x: not x, lambda x: x, True, "False is wrong"),
        (lambda x: float("nan"), double, 1.0, "nan is wrong: it is not a number"),
        (lambda x: x / 0 - x / 0, double, torch.ones(1), "nan is wrong: it is not a number"),
        (lambda x: "two", double, 1.0, "should return a number, but returned a str"),
        (lambda x: True, double, 1, "should return a number, but returned a bool"),
        (
            lambda x: torch.ones(2),
            double,
            1,
            "should return a number, but returned a Tensor",
        ),
        (lambda x: torch.ones(2), lambda x: "yes", 1, "should return a str, but returned a Tensor"),
        (lambda x: "No", lambda x: "yes", 1, "'No' is wrong"),
        (lambda x: [torch.ones(2)], lambda x: [1.0], 1, "[tensor([1., 1.])] is wrong"),
    ],
)
def test_a_wrong_answer_is_told_what_is_wrong(answer, reference, argument, problem, capsys):
    assert not grade(answer, reference, [(argument,)])
    shown = argument.tolist() if isinstance(argument, torch.Tensor) else argument
    assert capsys.readouterr().out == f"not yet: {answer.__name__}({shown})\n  {problem}\n"


def test_minus_infinity_equals_itself():
    # Masked scores are compared, too.
    scores = torch.tensor([0.5, -torch.inf])
    assert grade(lambda x: x.clone(), lambda x: x, [(scores,)])


def test_large_tensors_are_shown_by_their_shape(capsys):
    assert not grade(lambda x: x, double, [(torch.ones(3, 7),)])
    assert capsys.readouterr().out == (
        "not yet: <lambda>(tensor of shape (3, 7))\n"
        "  all 21 numbers wrong, the first at [0, 0]: yours is 1; all are off by\n"
        "  the same amount\n"
    )


def double_solution(x):
    return 2 * x


def test_a_chapters_solution_goes_by_the_exercises_name(capsys):
    assert grade(double_solution, double, [(1,)])
    assert not grade(double_solution, one_more, [(2,)])
    assert capsys.readouterr().out == (
        "correct: double agrees in all 1 cases\nnot yet: double(2)\n  4 is wrong: too small\n"
    )


def one_more(x):
    return 2 * x + 1


def test_no_line_is_longer_than_a_page_shows(capsys):
    def raising(*_):
        raise ValueError("no " * 100)

    long = [-1.25] * 40
    for answer in (raising, lambda *_: torch.rand(3), lambda *_: None, lambda *_: "word " * 99):
        assert not grade(answer, lambda *_: torch.ones(3), [(torch.ones(2, 8), long, long)])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) > 12
    assert max(map(len, lines)) <= 72
    assert not any(line.rstrip().endswith("-") for line in lines), "a minus belongs to its number"


def test_infinity_equals_itself():
    assert grade(lambda x: x, lambda x: float("inf"), [(float("inf"),)])


def test_a_number_may_be_a_tensor_of_one():
    assert grade(lambda x: torch.tensor(6), double, [(3,)])
    assert grade(lambda x: torch.tensor([6.0]), double, [(3.0,)])


def test_a_call_breaks_between_its_arguments(capsys):
    assert not grade(unwritten_too, lambda *x: 1, [(torch.ones(2, 19), "a b", torch.ones(3, 17))])
    assert capsys.readouterr().out.splitlines()[:2] == [
        "not yet: unwritten_too(tensor of shape (2, 19), 'a b',",
        "    tensor of shape (3, 17))",
    ]


def unwritten_too(*x):
    """What a reader starts from."""
