"""The networks of the paper's experiments, ResNet-34 and transformer ensembles, for CIFAR-10.

Backbones are those of torchvision and timm, as published for ImageNet, except for ten classes: the
stem stays, since §2.1 speaks of a pretrained model. Images of 32 x 32 reach their last layers as
1 x 1. All take `(n, 3, 32, 32)` and give logits `(n, 10)`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from logsched.base.errors import OutputError
from logsched.trial.backbone_names import BACKBONES

CLASSES = 10
DIMENSION, HEADS, PATCH, SIDE = 128, 8, 4, 32  # of the transformer: 8 x 8 tokens
CLASSIFIERS = ("fc.", "classifier.6.", "aux1.", "aux2.")  # in files; GoogLeNet has three
COUNTER = "num_batches_tracked"  # of batch norm; files from before PyTorch 0.4.1 have none


def make_backbone(name: str) -> nn.Module:
    """A network of BACKBONES for ten classes, its weights drawn by PyTorch's generator."""
    origin = BACKBONES[name]
    if origin.library == "timm":
        from timm import create_model

        model: nn.Module = create_model(origin.model, num_classes=CLASSES)
    else:
        from torchvision.models import get_model

        model = get_model(origin.model, num_classes=CLASSES, **origin.options)
    return model


class TransformerEnsemble(nn.Module):
    """A backbone and a transformer that look at the same image, and one linear layer on both.

    §2.2: "one multi-head attention transformer before the 48 convolution layers", "a mean pooling
    layer after the transformer, and concatenated it to the initial ResNet50". Read so: the
    transformer sees the image, 64 patches of 4 x 4 pixels; the mean of its tokens is concatenated
    with the features on which the backbone's own classifier works. Sizes are not in the paper.
    """

    def __init__(self, backbone: str) -> None:
        super().__init__()
        self.backbone, features = without_classifier(backbone)
        self.patches = nn.Conv2d(3, DIMENSION, PATCH, stride=PATCH)
        self.positions = nn.Parameter(0.02 * torch.randn((SIDE // PATCH) ** 2, DIMENSION))
        self.transformer = nn.TransformerEncoderLayer(
            DIMENSION, HEADS, 4 * DIMENSION, batch_first=True, norm_first=True
        )
        self.classifier = nn.Linear(features + DIMENSION, CLASSES)

    def forward(self, images: Tensor) -> Tensor:
        tokens = self.patches(images).flatten(2).transpose(1, 2) + self.positions
        pooled = self.transformer(tokens).mean(dim=1)
        logits: Tensor = self.classifier(torch.cat([self.backbone(images), pooled], dim=1))
        return logits


def without_classifier(name: str) -> tuple[nn.Module, int]:
    """A backbone that gives its features, and how many: 512 to 4096."""
    model = make_backbone(name)
    parent, _, last = BACKBONES[name].classifier.rpartition(".")
    layer: Any = model.get_submodule(BACKBONES[name].classifier)
    setattr(model.get_submodule(parent), last, nn.Identity())
    return model, layer.in_features


def load_weights(model: nn.Module, path: str) -> str:
    """Load a file's state dict into a backbone, or an ensemble's; a note on what was left, or "".

    A classifier for other classes stays as it was; of a GoogLeNet's file the two auxiliary ones are
    left, for ours has none. Raises OutputError for a file that cannot be
    read or is of another network.
    """
    backbone = getattr(model, "backbone", model)
    own, given = backbone.state_dict(), _read(path)
    fits = {name: own[name].shape == given[name].shape for name in own if name in given}
    unlike = [name for name in {**own, **given} if not fits.get(name)]
    classes = {name for name in unlike if name.startswith(CLASSIFIERS)}
    wrong = [name for name in unlike if name not in classes and not name.endswith(COUNTER)]
    if wrong:
        there, here = (_shape(state, wrong[0]) for state in (given, own))
        raise OutputError(
            f"{path} is of another network: {len(wrong)} of its weights differ, "
            f"the first is {wrong[0]}, {there} there and {here} here"
        )
    backbone.load_state_dict({name: given[name] for name in fits if fits[name]}, strict=False)
    layers = [last[:-1] for last in CLASSIFIERS if any(name.startswith(last) for name in classes)]
    return f"not loaded from {path}: {', '.join(layers)}, for other classes" if layers else ""


def _read(path: str) -> Mapping[str, Tensor]:
    """The weights in a file by name; no code in it runs."""
    try:
        held: Mapping[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise OutputError(f"cannot read {path}: {error.strerror or error}") from None
    except Exception:  # a file that is none of PyTorch's may raise nearly anything
        raise OutputError(f"{path} holds no weights that PyTorch loads without code") from None
    named = isinstance(held, Mapping) and all(isinstance(name, str) for name in held)
    if not named or not all(map(torch.is_tensor, held.values())):
        raise OutputError(f"{path} must hold a state dict: the weights by name, and nothing else")
    return held


def _shape(state: Mapping[str, Tensor], name: str) -> str:
    return str(tuple(state[name].shape)) if name in state else "absent"
