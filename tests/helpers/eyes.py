"""How far apart two colours are, for eyes with and without each kind of colour blindness.

Source: Machado, Oliveira and Fernandes 2009 (severity 1.0); Ottosson 2020 (OKLab).
"""

import numpy as np
from matplotlib.colors import to_rgb

EYES = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
OPPONENTS = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def distance(one: object, other: object, eyes: str) -> float:
    """From 0 to 100 in OKLab; 2 can just be seen side by side."""
    first, second = (_lab(EYES[eyes] @ _light(colour)) for colour in (one, other))
    return float(100 * np.linalg.norm(first - second))


def _light(colour: object) -> np.ndarray:
    shares = np.array(to_rgb(colour))
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def _lab(light: np.ndarray) -> np.ndarray:
    return OPPONENTS @ np.cbrt(CONES @ np.clip(light, 0, 1))
