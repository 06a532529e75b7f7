"""Small networks for the tasks that need no download."""

from __future__ import annotations

from torch import Tensor, nn


class Residual(nn.Module):
    """relu(x' + f(x)), f two 3 x 3 convolutions; x' is x, or where sizes change, a projection.

    He et al., 2015, basic block.
    """

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *convolution(inputs, outputs, 3, stride), nn.ReLU(), *convolution(outputs, outputs, 3)
        )
        alike = inputs == outputs and stride == 1
        self.skip = (
            nn.Identity() if alike else nn.Sequential(*convolution(inputs, outputs, 1, stride))
        )

    def forward(self, images: Tensor) -> Tensor:
        return nn.functional.relu(self.skip(images) + self.body(images))


def convolution(inputs: int, outputs: int, size: int, stride: int = 1) -> list[nn.Module]:
    """A convolution that keeps the image's size at stride 1, and its batch norm."""
    layer = nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)
    return [layer, nn.BatchNorm2d(outputs)]


def residual_network(classes: int, width: int = 8) -> nn.Module:
    """Logits `(n, classes)` of `(n, 1, 8, 8)` images, through three residual blocks."""
    return nn.Sequential(
        *convolution(1, width, 3),
        nn.ReLU(),
        Residual(width, width),
        Residual(width, 2 * width, stride=2),
        Residual(2 * width, 4 * width, stride=2),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(4 * width, classes),
    )


def perceptron(inputs: int, hidden: int, outputs: int) -> nn.Module:
    """Two hidden layers with ReLU between `(n, inputs)` and `(n, outputs)`.

    He et al., 2015, initial weights: with PyTorch's smaller ones a generator starts as one point.
    """
    net = nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )
    for layer in net[::2]:
        nn.init.kaiming_normal_(layer.weight)
        nn.init.zeros_(layer.bias)
    return net
