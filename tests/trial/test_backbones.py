"""Each network has the size its library says, and trains; weights are loaded from files."""

import pickle
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from cifar_files import make_images

from logsched.base.errors import OutputError
from logsched.trial.backbone_names import BACKBONES

torch = pytest.importorskip("torch", reason="PyTorch is not installed: pip install torch")
REASON = "a library is not installed: pip install 'logsched[paper]'"
get_model = pytest.importorskip("torchvision", reason=REASON).models.get_model
create_model = pytest.importorskip("timm", reason=REASON).create_model
backbones = import_module("logsched.trial.backbones")
make_backbone, load_weights = backbones.make_backbone, backbones.load_weights
TransformerEnsemble = backbones.TransformerEnsemble
cross_entropy = torch.nn.functional.cross_entropy

# Millions: what the paper says, and what there is for ImageNet's 1000 classes.
SIZES = {
    "resnet34": (63.5, 21.8),
    "googlenet": (4, 6.6),
    "xception": (23, 22.9),
    "vgg19": (144, 143.7),
    "vgg16": (138, 138.4),
}
TEN_CLASSES = {
    "resnet34": 21_289_802,
    "resnet50": 23_528_522,
    "googlenet": 5_610_154,
    "xception": 20_827_442,
    "vgg16": 134_301_514,
    "vgg19": 139_611_210,
}
FEATURES = {"resnet34": 512, "googlenet": 1024, "vgg16": 4096, "vgg19": 4096}  # others: 2048


def count(model) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


def sized(make, *args, **options) -> int:
    """The parameters of a model that is made without memory for them."""
    with torch.device("meta"):
        return count(make(*args, **options))


def published(name: str) -> int:
    """The parameters of a backbone for 1000 classes, as its library makes it."""
    if name == "xception":
        return sized(create_model, "legacy_xception")
    return sized(get_model, name, **BACKBONES[name].options)


def data(size: int = 4):
    labels = np.arange(size) % 10
    images = make_images(labels, np.random.default_rng(0)).astype(np.float32)
    return torch.from_numpy(images / 64 - 2), torch.from_numpy(labels)


def seeded(make, *args, seed=0):
    torch.manual_seed(seed)
    return make(*args)


# Sizes.


@pytest.mark.parametrize("name", BACKBONES)
def test_ten_classes_instead_of_a_thousand_and_nothing_else(name):
    features = FEATURES.get(name, 2048)
    assert sized(make_backbone, name) == TEN_CLASSES[name]
    assert published(name) - TEN_CLASSES[name] == 990 * (features + 1)


@pytest.mark.parametrize("name", SIZES)
def test_the_sizes_that_the_paper_gives_are_of_1000_classes_or_do_not_hold(name):
    said, found = SIZES[name]
    assert published(name) == pytest.approx(found * 1e6, abs=0.05e6)
    assert (round(found) == said) == (name not in ("resnet34", "googlenet"))


@pytest.mark.parametrize("name", BACKBONES)
def test_the_transformer_adds_the_same_to_each(name):
    """Patches, positions, attention, two layers, two norms; and its part of the classifier."""
    block = 4 * (128 * 128 + 128) + 2 * 4 * 128 * 128 + 5 * 128 + 4 * 128
    added = (48 * 128 + 128) + 64 * 128 + block + 128 * 10
    assert sized(TransformerEnsemble, name) == TEN_CLASSES[name] + added


def test_the_ensemble_with_resnet50_has_over_23_million():
    assert 23e6 < sized(TransformerEnsemble, "resnet50") < 24e6


# Training.


@pytest.mark.parametrize("make", [make_backbone, TransformerEnsemble])
@pytest.mark.parametrize("name", BACKBONES)
def test_images_give_a_logit_for_each_class(name, make):
    with torch.device("meta"):
        assert make(name)(torch.empty(4, 3, 32, 32)).shape == (4, 10)


TRAINED = dict.fromkeys(BACKBONES, TransformerEnsemble) | {"resnet34": make_backbone}


@pytest.mark.parametrize("name", TRAINED)
def test_two_steps_for_real(name):
    """As in the paper: ResNet-34 alone, the others beside a transformer."""
    model = seeded(TRAINED[name], name)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-4)
    images, labels = data(2 if "vgg" in name else 4)
    before = [parameter.detach().flatten()[:50].clone() for parameter in model.parameters()]
    for _ in range(2):
        optimizer.zero_grad()
        logits = model(images)
        loss = cross_entropy(logits, labels)
        loss.backward()
        optimizer.step()
    assert logits.shape == (len(images), 10)
    assert torch.isfinite(loss)
    after = [parameter.detach().flatten()[:50] for parameter in model.parameters()]
    still = sum(torch.equal(*pair) for pair in zip(before, after, strict=True))
    assert still <= 0.1 * len(after)
    assert model.eval()(images[:1]).shape == (1, 10)


@pytest.mark.parametrize("make", [make_backbone, TransformerEnsemble])
def test_the_same_seed_is_the_same_network(make):
    images, _ = data()
    first, again, other = (
        seeded(make, "googlenet", seed=seed).eval()(images) for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


# The transformer.


@pytest.fixture
def ensemble():
    """One whose classifier looks at the transformer only."""
    model = seeded(TransformerEnsemble, "resnet34").eval()
    with torch.no_grad():
        model.classifier.weight[:, :-128] = 0
    return model


def shuffled(images):
    """The 64 patches of 4 x 4 pixels, in another order."""
    patches = images.reshape(-1, 3, 8, 4, 8, 4).transpose(3, 4).flatten(2, 3)
    patches = patches[:, :, torch.randperm(64, generator=torch.Generator().manual_seed(0))]
    return patches.unflatten(2, (8, 8)).transpose(3, 4).reshape(images.shape)


def test_tokens_are_patches_and_their_mean_is_pooled(ensemble):
    images, _ = data()
    with torch.no_grad():
        assert not torch.allclose(ensemble(shuffled(images)), ensemble(images), atol=1e-5)
        ensemble.positions.zero_()
        assert torch.allclose(ensemble(shuffled(images)), ensemble(images), atol=1e-5)


def test_the_other_features_are_the_backbones_own(ensemble):
    backbone = seeded(make_backbone, "resnet34").eval()
    ensemble.backbone.load_state_dict(backbone.state_dict(), strict=False)
    images, _ = data()
    assert torch.equal(backbone.fc(ensemble.backbone(images)), backbone(images))


# Weights from files.


def saved(state, tmp_path) -> str:
    torch.save(state, tmp_path / "weights.pth")
    return str(tmp_path / "weights.pth")


def test_loaded_weights_are_those_of_the_file(tmp_path):
    source, model = (seeded(make_backbone, "resnet34", seed=seed).eval() for seed in (1, 2))
    images, _ = data()
    assert load_weights(model, saved(source.state_dict(), tmp_path)) == ""
    assert torch.equal(model(images), source(images))


def test_a_classifier_of_1000_classes_is_left_out_with_a_note(tmp_path):
    model, source = make_backbone("resnet34"), get_model("resnet34")
    own = model.fc.weight.detach().clone()
    path = saved(source.state_dict(), tmp_path)
    assert load_weights(model, path) == f"not loaded from {path}: fc, for other classes"
    assert torch.equal(model.fc.weight, own)
    assert torch.equal(model.layer4[2].conv2.weight, source.layer4[2].conv2.weight)


def test_googlenets_file_has_two_classifiers_more(tmp_path):
    source = get_model("googlenet", aux_logits=True, init_weights=False)
    path = saved(source.state_dict(), tmp_path)
    note = load_weights(make_backbone("googlenet"), path)
    assert note == f"not loaded from {path}: fc, aux1, aux2, for other classes"


def test_an_ensemble_takes_them_as_its_backbones(tmp_path):
    source, model = make_backbone("resnet34"), TransformerEnsemble("resnet34")
    path = saved(source.state_dict(), tmp_path)
    assert load_weights(model, path) == f"not loaded from {path}: fc, for other classes"
    assert torch.equal(model.backbone.conv1.weight, source.conv1.weight)


def test_a_file_from_before_batch_norm_counted(tmp_path):
    source, model = make_backbone("resnet34"), make_backbone("resnet34")
    state = {name: it for name, it in source.state_dict().items() if it.ndim}
    assert load_weights(model, saved(state, tmp_path)) == ""
    assert torch.equal(model.bn1.weight, source.bn1.weight)


def refusal(path) -> str:
    model = make_backbone("resnet34")
    before = {name: it.clone() for name, it in model.state_dict().items()}
    with pytest.raises(OutputError) as refused:
        load_weights(model, str(path))
    assert all(torch.equal(before[name], it) for name, it in model.state_dict().items())
    return str(refused.value)


def test_weights_of_another_network(tmp_path):
    path = saved(make_backbone("resnet50").state_dict(), tmp_path)
    said = (
        "differ, the first is layer1.0.conv1.weight, (64, 64, 1, 1) there and (64, 64, 3, 3) here"
    )
    assert refusal(path).startswith(f"{path} is of another network: ")
    assert refusal(path).endswith(said)


def test_one_weight_too_few_and_one_too_many(tmp_path):
    state = make_backbone("resnet34").state_dict()
    state["extra"] = state.pop("conv1.weight")
    said = "2 of its weights differ, the first is conv1.weight, absent there and (64, 3, 7, 7) here"
    assert said in refusal(saved(state, tmp_path))


@pytest.mark.parametrize(
    "held", [[1, 2], {"state_dict": {}, "epoch": 3}, {1: torch.ones(1)}, torch.ones(3)]
)
def test_a_file_that_holds_something_else(tmp_path, held):
    assert "must hold a state dict" in refusal(saved(held, tmp_path))


def test_a_file_that_is_not_there(tmp_path):
    path = tmp_path / "no.pth"
    assert refusal(path) == f"cannot read {path}: No such file or directory"


class Attack:
    """Runs when a trusting unpickler meets it."""

    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return Path.touch, (self.witness,)


def test_a_file_with_code_runs_nothing(tmp_path):
    witness = tmp_path / "witness"
    path = saved({"conv1.weight": Attack(witness)}, tmp_path)
    assert refusal(path) == f"{path} holds no weights that PyTorch loads without code"
    assert not witness.exists()
    torch.load(path, weights_only=False)
    assert witness.exists()  # the attack works


@pytest.mark.parametrize("content", [b"", b"hello", pickle.dumps({}, 2)[:3]])
def test_a_file_of_something_else(tmp_path, content):
    (tmp_path / "odd.pth").write_bytes(content)
    assert "holds no weights" in refusal(tmp_path / "odd.pth")
