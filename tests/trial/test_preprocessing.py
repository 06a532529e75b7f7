"""Each step of preprocessing does what its formula says, and all of them together whiten."""

import os
import subprocess
import sys
from io import BytesIO

import numpy as np
import pytest
from cifar_files import make_images
from matplotlib.image import imread

from logsched.trial.preprocessing import (
    Preprocessing,
    augment,
    crop,
    flip,
    normalize_contrast,
    pixel_moments,
    stretch_contrast,
    zca_matrix,
    zca_matrix_of_few,
)
from logsched.trial.preprocessing_picture import EDGE, NAMES, SHOWN, TOP, ZOOM, draw_stages


def made(count, seed=0):
    """`(n, 3, 32, 32)` uint8."""
    generator = np.random.default_rng(seed)
    return make_images(generator.integers(0, 10, count), generator)


SMALL = made(1500)[:, :, ::4, ::4].transpose(0, 2, 3, 1)  # (1500, 8, 8, 3): 192 pixels
BATCH = made(40).astype(np.float32)
PER_IMAGE = (1, 2, 3)


@pytest.fixture(scope="module")
def fitted():
    return Preprocessing.fit(SMALL)


def seeded(seed=0):
    return np.random.default_rng(seed)


# Contrast stretching.


def test_stretching_follows_its_formula():
    ramp = np.arange(100, 148, dtype=np.float32).reshape(1, 3, 4, 4)
    low, high = 100 + 0.02 * 47, 100 + 0.98 * 47
    expected = (255 * (ramp - low) / (high - low)).clip(0, 255)
    assert stretch_contrast(ramp) == pytest.approx(expected, abs=1e-3)


def test_two_per_cent_of_the_pixels_reach_each_end():
    stretched = stretch_contrast(BATCH)
    assert stretched.dtype == np.float32
    for end in (0, 255):
        assert (stretched == end).mean(axis=PER_IMAGE) == pytest.approx(0.02, abs=0.01)


def test_other_percentiles():
    stretched = stretch_contrast(BATCH, (0, 100))
    assert stretched.min(axis=PER_IMAGE) == pytest.approx(0)
    assert stretched.max(axis=PER_IMAGE) == pytest.approx(255)


def test_a_flat_image_stays():
    flat = np.full((2, 3, 4, 4), 77, dtype=np.float32)
    assert np.array_equal(stretch_contrast(flat), flat)


# Global contrast normalization.


def test_the_mean_is_0_and_the_variance_v_of_v_plus_the_bias():
    variance = BATCH.var(axis=PER_IMAGE, dtype=np.float64)
    normal = normalize_contrast(BATCH)
    assert normal.dtype == np.float32
    assert normal.mean(axis=PER_IMAGE) == pytest.approx(0, abs=1e-5)
    assert normal.var(axis=PER_IMAGE) == pytest.approx(variance / (variance + 10), rel=1e-4)


def test_without_bias_the_variance_is_1_and_contrast_is_forgotten():
    faint = 100 + BATCH / 50
    assert normalize_contrast(faint, 0).var(axis=PER_IMAGE) == pytest.approx(1, rel=1e-3)
    assert normalize_contrast(faint, 0) == pytest.approx(normalize_contrast(BATCH, 0), abs=1e-3)


@pytest.mark.parametrize("bias", [0, 10])
def test_a_flat_image_becomes_0(bias):
    assert not normalize_contrast(np.full((1, 3, 4, 4), 200, dtype=np.float32), bias).any()


# Mean and covariance, ZCA.


def test_moments_of_chunks_are_those_of_the_whole():
    images = SMALL.astype(np.float32)
    mean, covariance = pixel_moments(iter([images[:700], images[700:701], images[701:]]))
    flat = images.reshape(len(images), -1).astype(np.float64)
    assert mean == pytest.approx(flat.mean(0))
    assert covariance == pytest.approx(np.cov(flat.T, ddof=0), abs=1e-6)


def test_whitened_pixels_have_the_identity_as_covariance():
    flat = SMALL.reshape(len(SMALL), -1).astype(np.float64)
    whitening = zca_matrix(np.cov(flat.T), bias=1e-9)
    assert np.cov((flat @ whitening).T) == pytest.approx(np.eye(192), abs=1e-6)
    assert whitening == pytest.approx(whitening.T)


def test_the_bias_leaves_each_direction_its_part():
    """The variance v of a direction becomes v/(v + ε)."""
    covariance = np.diag([4.0, 0.1, 0.0])
    whitening = zca_matrix(covariance, bias=0.1)
    assert whitening @ covariance @ whitening == pytest.approx(np.diag([4 / 4.1, 0.5, 0]))


def test_zca_changes_white_images_only_in_scale():
    assert zca_matrix(4 * np.eye(5), bias=0) == pytest.approx(np.eye(5) / 2)


@pytest.mark.quick("20")
@pytest.mark.parametrize("count", [1, 20, 192])
def test_the_quick_way_for_few_images_gives_the_same_matrix(count):
    flat = SMALL[:count].reshape(count, -1) / 64
    quick = zca_matrix_of_few(flat - flat.mean(0))
    assert quick == pytest.approx(zca_matrix(np.cov(flat.T, ddof=0)), abs=1e-9)


def test_both_ways_of_fitting_agree():
    """Each image twice has the same covariance, and is enough of them for the slow way."""
    few, many = Preprocessing.fit(SMALL[:100]), Preprocessing.fit(SMALL[:100].repeat(2, axis=0))
    assert few.apply(SMALL) == pytest.approx(many.apply(SMALL), abs=1e-4)


# All of them.


def test_the_training_images_come_out_centred_and_nearly_white(fitted):
    done = fitted.apply(SMALL)
    assert done.shape == (1500, 3, 8, 8)
    assert done.dtype == np.float32
    assert done.mean(axis=0) == pytest.approx(0, abs=1e-4)
    before = normalize_contrast(stretch_contrast(SMALL.transpose(0, 3, 1, 2).astype(np.float32)))
    variances = np.linalg.eigvalsh(np.cov(before.reshape(1500, -1).T, ddof=0))
    after = np.linalg.eigvalsh(np.cov(done.reshape(1500, -1).T, ddof=0))
    assert after == pytest.approx(variances / (variances + 0.1), abs=1e-4)


def test_test_images_are_treated_as_the_training_images_are(fitted):
    alone = np.concatenate([fitted.apply(SMALL[number : number + 1]) for number in range(5)])
    assert alone == pytest.approx(fitted.apply(SMALL)[:5], abs=1e-5)


def test_the_stages_are_the_steps_in_order(fitted):
    stages = fitted.stages(SMALL[:20], seeded())
    assert [name for name, _ in stages] == [
        "as in the file",
        "contrast stretching",
        "global contrast normalization",
        "per-pixel mean subtracted",
        "ZCA whitening",
        "horizontal flips",
        "random crops",
    ]
    images = dict(stages)
    assert np.array_equal(images["as in the file"].transpose(0, 2, 3, 1), SMALL[:20])
    assert images["per-pixel mean subtracted"] == pytest.approx(
        images["global contrast normalization"] - fitted.mean
    )
    assert np.array_equal(images["ZCA whitening"], fitted.apply(SMALL[:20]))
    assert np.array_equal(images["random crops"], augment(images["ZCA whitening"], seeded()))


# Flips and crops.


def test_flipped_twice_is_as_before():
    assert np.array_equal(flip(flip(BATCH, seeded()), seeded()), BATCH)


def test_about_half_are_mirrored_and_the_rest_is_as_it_was():
    images = made(1000, seed=3)
    done = flip(images, seeded())
    mirrored = (done == images[..., ::-1]).all(axis=PER_IMAGE)
    assert ((done == images).all(axis=PER_IMAGE) ^ mirrored).all()
    assert 420 < mirrored.sum() < 580  # five standard deviations


def test_crops_are_windows_of_the_padded_image():
    image = made(1)
    padded = np.pad(image[0], ((0, 0), (4, 4), (4, 4)), mode="reflect")
    windows = {
        padded[:, top : top + 32, left : left + 32].tobytes(): (top, left)
        for top in range(9)
        for left in range(9)
    }
    drawn = [cropped.tobytes() for cropped in crop(image.repeat(1500, axis=0), seeded())]
    assert set(drawn) == set(windows)  # all of the 81, and no other
    assert windows[image[0].tobytes()] == (4, 4)


def test_without_padding_a_crop_is_the_image():
    assert np.array_equal(crop(BATCH, seeded(), padding=0), BATCH)


def test_chance_is_the_generators():
    first, again, other = (augment(BATCH, seeded(seed)) for seed in (1, 1, 2))
    assert first.dtype == np.float32
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


# The picture.


@pytest.fixture(scope="module")
def stages():
    """Of whole images, with a whitening that is quick to find."""
    preprocessing = Preprocessing(np.zeros((3, 32, 32)), np.eye(3072, dtype=np.float32))
    return preprocessing.stages(made(12).transpose(0, 2, 3, 1), seeded())


@pytest.fixture(scope="module")
def drawn(stages):
    return draw_stages(stages)


def test_the_picture_shows_the_images_pixel_by_pixel(stages, drawn):
    picture = imread(BytesIO(drawn))[:, :, :3]
    left = EDGE + NAMES
    for number in range(SHOWN):
        start = left + number * 35 * ZOOM
        shown = picture[TOP : TOP + 32 * ZOOM, start : start + 32 * ZOOM]
        image = stages[0][1][number].transpose(1, 2, 0) / 255
        for dot in range(ZOOM):
            assert shown[dot::ZOOM, dot::ZOOM] == pytest.approx(image, abs=0.005)


def test_the_same_picture_is_the_same_bytes(stages, drawn):
    assert draw_stages(stages) == drawn


def test_a_machines_own_settings_do_not_stop_the_picture():
    """In a new process, which Matplotlib asks for a backend that there is not."""
    code = (
        "import numpy as np; from logsched.trial.preprocessing_picture import draw_stages;"
        "print(draw_stages([('as in the file', np.zeros((2, 3, 32, 32), np.float32))])[:4])"
    )
    environment = {**os.environ, "MPLBACKEND": "nonsense"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == (b"b'\\x89PNG'", b"")
