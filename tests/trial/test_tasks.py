"""The tasks: functions by their formulas, digits whose split is fixed, modes that are counted."""

import math

import numpy as np
import pytest
from small import NO_TORCH, make_grid, make_task

torch = pytest.importorskip("torch", reason=NO_TORCH)

FUNCTIONS = ("ackley", "griewank", "rastrigin")


def ackley(z):
    size = math.sqrt(sum(x * x for x in z) / len(z))
    waves = sum(math.cos(2 * math.pi * x) for x in z) / len(z)
    return 20 + math.e - 20 * math.exp(-0.2 * size) - math.exp(waves)


def griewank(z):
    product = math.prod(math.cos(x / math.sqrt(i)) for i, x in enumerate(z, start=1))
    return 1 + sum(x * x for x in z) / 4000 - product


def rastrigin(z):
    return 10 * len(z) + sum(x * x - 10 * math.cos(2 * math.pi * x) for x in z)


FORMULAS = {"ackley": ackley, "griewank": griewank, "rastrigin": rastrigin}
KNOWN = [  # from the literature on test functions
    ("ackley", [0.0, 0.0], 0.0),
    ("ackley", [1.0, 1.0], 3.625384938440363),
    ("griewank", [0.0, 0.0, 0.0], 0.0),
    ("griewank", [3.1400226, 4.4384448], 0.00739604),  # the nearest other minimum
    ("rastrigin", [0.0], 0.0),
    ("rastrigin", [1.0, 1.0, 1.0], 3.0),
    ("rastrigin", [0.5, 0.5], 40.5),
    ("rastrigin", [4.52299366, 4.52299366], 80.70658039),  # the greatest value
]


@pytest.mark.parametrize(("name", "point", "value"), KNOWN)
def test_a_function_has_its_known_values(name, point, value):
    task = make_task(name, dim=len(point))
    found = task.value(torch.tensor([point], dtype=torch.float64))
    assert float(found) == pytest.approx(value, rel=1e-7, abs=1e-8)


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("dim", [1, 2, 30])
def test_a_function_is_its_formula(name, dim):
    task = make_task(name, dim=dim)
    points = np.random.default_rng(0).uniform(-task.width, task.width, (50, dim))
    expected = [FORMULAS[name](point) for point in points.tolist()]
    found = task.value(torch.tensor(points))
    assert found.numpy() == pytest.approx(np.array(expected), rel=1e-12, abs=1e-12)


def descended(task, points, steps=4000):
    """Where small steps downhill lead from points."""
    z = torch.tensor(points, dtype=torch.float64, requires_grad=True)
    small = {"ackley": 0.002, "griewank": 1.0, "rastrigin": 0.002}[task.name]
    optimizer = torch.optim.SGD([z], lr=small)
    for _ in range(steps):
        optimizer.zero_grad()
        task.value(z).sum().backward()
        optimizer.step()
    return z.detach()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_basin_leads_to_the_optimum(name):
    task = make_task(name)
    box = 0.98 * np.broadcast_to(np.asarray(task.basin()), 2)
    points = np.random.default_rng(0).uniform(-box, box, (100, 2))
    assert descended(task, points).abs().max() < 0.02


@pytest.mark.parametrize("name", ["ackley", "rastrigin"])
def test_beyond_the_basin_lies_another_pit(name):
    task = make_task(name)
    points = [[0.7, 0.0], [0.0, -0.7], [1.2, 0.7]]
    assert (descended(task, points).abs().max(dim=1).values > 0.9).all()


@pytest.mark.parametrize("name", FUNCTIONS)
def test_at_the_optimum_the_gradient_is_0(name):
    z = torch.zeros(1, 2, dtype=torch.float64, requires_grad=True)
    make_task(name).value(z).sum().backward()
    assert z.grad.tolist() == [[0, 0]]


def test_the_score_is_the_share_of_starts_at_the_least_value():
    """Rastrigin's pits end at 0, and elsewhere at 0.99 or more."""
    task = make_task("rastrigin", noise=0.0, starts=300)
    model = task.model(0, make_grid(task))
    [player], optimizer = model.players, torch.optim.SGD(model.net.parameters(), lr=0.002)
    still = torch.zeros(300, 2, dtype=torch.float64)
    for _ in range(2000):
        optimizer.zero_grad()
        player.loss(still).sum().backward()
        optimizer.step()
    least = (player.loss(still) < 0.01).double().mean()
    assert 0 < float(least) < 0.2
    assert model.measure() == float(least)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_starts_and_optimum_follow_from_the_seed(name):
    task = make_task(name, dim=3)
    grid = make_grid(task)
    first, again, other = (task.model(seed, grid) for seed in (1, 1, 2))
    x, same, another = (model.net[0].detach() for model in (first, again, other))
    assert torch.equal(x, same)
    assert not torch.equal(x, another)
    assert x.shape == (20, 3)
    assert 0.5 * task.width < x.abs().max() <= task.width
    for mine, its in zip(first.batches(2), again.batches(2), strict=True):
        assert torch.equal(mine, its)
        assert torch.equal(first.players[0].loss(mine), again.players[0].loss(its))


def test_noise_is_added_to_the_gradient_and_not_to_the_loss():
    task = make_task("ackley", noise=2.0)
    model = task.model(0, make_grid(task))
    [player], x = model.players, model.net[0]
    gradients, losses = [], []
    for noise in (torch.zeros(20, 2, dtype=torch.float64), next(iter(model.batches(0)))):
        x.grad = None
        losses.append(player.loss(noise))
        losses[-1].sum().backward()
        gradients.append(x.grad.clone())
    assert torch.equal(losses[0], losses[1])
    assert torch.allclose(gradients[1] - gradients[0], noise, rtol=1e-12)
    drawn = torch.cat([*make_task("ackley", starts=5000).model(0, make_grid(task)).batches(0)])
    assert float(drawn.std()) == pytest.approx(2.0, rel=0.02)


# Digits.


@pytest.fixture(scope="module")
def images():
    pytest.importorskip("sklearn", reason=NO_TORCH)
    from logsched.trial.tasks.digits import split_images

    return split_images()


def test_the_images_are_split_evenly_and_all_are_there(images):
    from sklearn.datasets import load_digits

    whole = load_digits()
    (inputs, labels), (others, their) = images
    assert (inputs.shape, others.shape) == ((1437, 1, 8, 8), (360, 1, 8, 8))
    together = torch.cat([inputs, others]).flatten(1).numpy() * 16
    assert sorted(map(tuple, together)) == sorted(map(tuple, whole.data))
    every = (labels, their, whole.target)
    shares = [np.bincount(classes, minlength=10) / len(classes) for classes in every]
    assert np.abs(shares[0] - shares[2]).max() < 1 / 1437
    assert np.abs(shares[1] - shares[2]).max() < 1 / 360


def test_the_split_is_always_the_same(images):
    from logsched.trial.tasks.digits import split_images

    torch.manual_seed(5)
    for part, again in zip(images, split_images(), strict=True):
        assert all(map(torch.equal, part, again))


def test_an_epoch_has_every_image_once_in_an_order_of_its_own(images):
    task = make_task("digits")
    model = task.model(0, make_grid(task))
    epochs = [torch.cat([inputs for inputs, _ in model.batches(epoch)]) for epoch in (0, 1, 0)]
    assert torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], epochs[1])
    rows = [sorted(map(tuple, batch.flatten(1).tolist())) for batch in (*epochs, images[0][0])]
    assert rows[0] == rows[1] == rows[3]
    assert len([*model.batches(0)]) == task.steps_per_epoch == 3


def test_accuracy_is_the_share_that_is_right(images):
    from logsched.trial.images import accuracy

    class Threes(torch.nn.Module):
        def forward(self, inputs):
            return torch.eye(10)[3].expand(len(inputs), 10)

    inputs, labels = images[1]
    net = Threes()
    share = float((labels == 3).double().mean())
    assert accuracy(net, [(inputs, labels)]) == share
    assert accuracy(net, zip(inputs.split(7), labels.split(7), strict=True)) == share
    assert net.training


def test_the_network_is_the_same_for_a_seed_and_small(images):
    task = make_task("digits")
    first, again, other = (task.model(seed, make_grid(task)).net for seed in (0, 0, 1))
    first, again, other = (
        torch.nn.utils.parameters_to_vector(net.parameters()) for net in (first, again, other)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(first) < 20_000


# The ring.


def spots(counts, off=0.0):
    """A generator that draws so many points at each mode, and the rest in the middle."""
    from logsched.trial.tasks.gan_ring import DRAWN, centres

    at = torch.cat([centre.expand(n, 2) for n, centre in zip(counts, centres(), strict=True)])
    made = torch.cat([at * (1 + off), torch.zeros(DRAWN - len(at), 2)])
    return lambda noise: made


@pytest.mark.parametrize(
    ("counts", "covered"),
    [([250] * 8, 8), ([0] * 8, 0), ([25] * 8, 8), ([24] * 8, 0), ([25, 24, 0, 900, 0, 0, 0, 0], 2)],
)
def test_a_mode_is_covered_by_a_tenth_of_its_share(counts, covered):
    from logsched.trial.tasks.gan_ring import modes

    assert modes(spots(counts), "cpu") == covered


@pytest.mark.parametrize(("off", "covered"), [(0.149, 8), (0.151, 0)])
def test_a_point_counts_within_three_deviations(off, covered):
    from logsched.trial.tasks.gan_ring import modes

    assert modes(spots([250] * 8, off), "cpu") == covered


def test_the_ring_has_eight_even_gaussians():
    from logsched.trial.tasks.gan_ring import centres, modes, ring

    points = ring(80_000, torch.Generator().manual_seed(0))
    nearest = torch.cdist(points, centres()).min(dim=1)
    counts = torch.bincount(nearest.indices, minlength=8)
    assert (counts - 10_000).abs().max() < 400
    off = points - centres()[nearest.indices]
    assert float(off.std()) == pytest.approx(0.05, rel=0.01)
    assert centres().norm(dim=1).tolist() == pytest.approx([1] * 8)
    assert modes(lambda noise: points[: len(noise)], "cpu") == 8


def test_each_player_of_the_ring_moves_alone():
    task = make_task("gan-ring")
    model = task.model(0, make_grid(task))
    batch = next(iter(model.batches(0)))
    discriminator, generator = model.players
    discriminator.loss(batch).backward()
    assert all(weights.grad is not None for weights in discriminator.parameters)
    assert all(weights.grad is None for weights in generator.parameters)
    generator.loss(batch).backward()
    assert all(weights.grad is not None for weights in generator.parameters)


def test_a_discriminator_that_cannot_tell_loses_two_ln_2():
    task = make_task("gan-ring")
    model = task.model(0, make_grid(task))
    for weights in model.players[0].parameters:
        torch.nn.init.zeros_(weights)
    loss = model.players[0].loss(next(iter(model.batches(0))))
    assert loss.item() == pytest.approx(2 * math.log(2))
