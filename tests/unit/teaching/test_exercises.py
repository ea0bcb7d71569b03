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
    assert capsys.readouterr().out == "not yet: <lambda>(3)\n  should be 6, but was 4\n"


def unwritten(x):
    """What a reader starts from."""


def raising(x):
    raise ZeroDivisionError("division by zero")


@pytest.mark.parametrize(
    ("answer", "reference", "argument", "problem"),
    [
        (unwritten, double, 1.0, "returned None: the function is still to be written"),
        (raising, double, 1.0, "raised ZeroDivisionError: division by zero"),
        (lambda x: (x, x), lambda x: (x, x, x), 1, "should return 3 values, but returned (1, 1)"),
        (lambda x: [x, x], lambda x: (x, x), 1, "should return 2 values, but returned [1, 1]"),
        (lambda x: (x, 5), lambda x: (x, x), 1, "should be 1, but was 5"),
        (lambda x: 3.0, double, torch.ones(2), "should return a tensor, but returned 3.0"),
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
        (lambda x: x / 3, double, torch.ones(2), "should be [2.0, 2.0], but was [0.333, 0.333]"),
        (
            lambda x: ~x,
            lambda x: x,
            torch.tensor([True, False]),
            "should be [True, False], but was [False, True]",
        ),
        (lambda x: x + 1, lambda x: x, torch.tensor([3]), "should be [3], but was [4]"),
        (lambda x: float("nan"), double, 1.0, "should be 2.0, but was nan"),
        (
            lambda x: x / 0 - x / 0,
            double,
            torch.ones(1),
            "should be [2.0], but was [nan]",
        ),
        (lambda x: "two", double, 1.0, "should be 2.0, but was 'two'"),
        (lambda x: torch.ones(2), double, 1, "should be 2, but was [1.0, 1.0]"),
        (lambda x: "No", lambda x: "yes", 1, "should be 'yes', but was 'No'"),
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
    shape = "tensor of shape (3, 7)"
    assert capsys.readouterr().out == (
        f"not yet: <lambda>({shape})\n  should be {shape}, but was {shape}\n"
    )


def double_solution(x):
    return 2 * x


def test_a_chapters_solution_goes_by_the_exercises_name(capsys):
    assert grade(double_solution, double, [(1,)])
    assert not grade(double_solution, one_more, [(2,)])
    assert capsys.readouterr().out == (
        "correct: double agrees in all 1 cases\nnot yet: double(2)\n  should be 5, but was 4\n"
    )


def one_more(x):
    return 2 * x + 1
