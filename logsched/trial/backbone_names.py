"""The backbones of the paper's experiments: which libraries have them, under which names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Origin(NamedTuple):
    """Where a backbone comes from, and its last layer, which tells the classes."""

    library: str
    model: str
    classifier: str
    options: Mapping[str, Any] = {}


BACKBONES = {
    "resnet34": Origin("torchvision", "resnet34", "fc"),
    "resnet50": Origin("torchvision", "resnet50", "fc"),
    "googlenet": Origin(
        "torchvision", "googlenet", "fc", {"aux_logits": False, "init_weights": True}
    ),
    "xception": Origin("timm", "legacy_xception", "fc"),
    "vgg16": Origin("torchvision", "vgg16", "classifier.6"),
    "vgg19": Origin("torchvision", "vgg19", "classifier.6"),
}
