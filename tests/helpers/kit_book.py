"""A book with one of each part of the reader's kit, for the tests of what a build and a page do."""

from small_book import choice, number, order, ran, said

CONTENTS = """
format: jb-book
root: index
parts:
  - caption: One
    numbered: true
    chapters: [{file: chapters/03_ask}, {file: chapters/04_more}]
"""
LONG = "One more sentence of five words or so. " * 50
ASK = [
    said("# Ask\n\nA first sentence that stands here. ([there](#ask-proof))\n\n## Weather"),
    ran("x = 1  # the idea\n\nassert x == 1\n", "shown\n"),
    said(
        """````{admonition} Predict
:class: predict
:name: ask-fog

A hazy morning. Which share is the *largest*?

- it's clear
- `<img src=x onerror="alert(1)">`
- $q \\cdot k$ and fog

```{admonition} Answer
:class: dropdown

Clear: the haziest word of all, zebrafish.
```
````"""
    ),
    ran(
        "x = 2",
        ask_fog=choice("it's clear"),
        ask_paper=number(-9.0, 0.05, (14.0, 10.5)),
        tags=("hide-input",),
    ),
    ran("print(weights)", "the weights: ostrich\n"),
    said(
        """The text goes on behind what was covered.

````{admonition} Check
:class: check
:name: ask-paper

What is the context, to one decimal?

```{admonition} Answer
:class: dropdown

-9.0: add up.

- If you got 14.0: you took the **largest** weight alone.
- If you got 10.5: you took the plain mean.
```
````

Before the deeper one.

```{admonition} Deeper: why $e^x$ alone will do
:class: deeper
:name: ask-proof

Five wishes leave nothing open.
```

The proof, with a platypus in it. """
        + LONG
    ),
    ran("y = 3", "inside\n"),
    said("+++ deeper-end\n\nAfter it. See {ref}`ask-proof`.\n\n## Lines"),
    ran("z = 1", ask_lines=order("scores = q @ k.mT", "w = softmax(scores)", "c = w @ v")),
    said(
        """````{admonition} Check
:class: check
:name: ask-lines

Put the lines in order.

- `w = softmax(scores)`
- `c = w @ v`
- `scores = q @ k.mT`

```{admonition} Answer
:class: dropdown

First the scores.
```
````

## Exercises

```{exercise} How
:label: ex-ask

*Recall, in the page.* How long?
```

````{solution} ex-ask
:class: dropdown

So long.
````

```{exercise} Farther
:label: ex-further

*Extend, in Python.* How much longer?
```"""
    ),
    ran("much = None"),
    said("```{solution-start} ex-further\n:class: dropdown\n```"),
    ran("much = 2\nmore = 3"),
    said(
        """So many times as long.

```{solution-end}
```

```{exercise} Anything
:label: ex-any

What else?
```"""
    ),
]
PAGES = {
    "index": "# A small book\n\nIn all {minutes}`03_ask 04_more`, "
    "with everything {minutes}`exercises 03_ask`.",
    "chapters/03_ask": ASK,
    "chapters/04_more": "# More\n\nNothing to do here but read {ref}`ask-proof`.",
}
