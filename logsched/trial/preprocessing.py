"""What §2.1 of the paper does to images before training: each step, and their order.

All steps take and give images `(n, channels, height, width)`, float32 unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from logsched.base.lazy import np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Bytes = NDArray[np.uint8]
    Images = NDArray[np.float32]
    Matrix = NDArray[np.float64]
    Stage: TypeAlias = "tuple[str, Images]"
    Step: TypeAlias = "Callable[[Images], Images]"

WHITE = 255.0
PADDING = 4  # pixels on each side, from which crops are taken
PERCENTILES = 2.0, 98.0
CONTRAST_BIAS = 10.0  # lambda of global contrast normalization, for pixels from 0 to 255
LEAST_CONTRAST = 1e-8
WHITENING_BIAS = 0.1  # epsilon of ZCA, for images of variance 1
CHUNK = 1000  # images at a time: float64 takes 25 MB


# Steps that depend on nothing but the image.


def stretch_contrast(images: Images, percentiles: tuple[float, float] = PERCENTILES) -> Images:
    """255·clip((x - p)/(q - p), 0, 1), where p and q are percentiles of all pixels of an image.

    The channels are stretched alike, so that hues stay. So does an image where p = q.
    """
    flat = images.reshape(len(images), -1)
    ends = np.percentile(flat, percentiles, axis=1).astype(np.float32)
    bottom, top = ends[:, :, None, None, None]
    room = np.where(top > bottom, top - bottom, 1)
    return np.where(top > bottom, WHITE * ((images - bottom) / room).clip(0, 1), images)


def normalize_contrast(images: Images, bias: float = CONTRAST_BIAS) -> Images:
    """(x - m)/max(1e-8, sqrt(λ + v)): m and v are mean and variance of all pixels of an image.

    v divides by their number, and the bias λ keeps a flat image's noise small. Goodfellow, Bengio
    and Courville, Deep Learning, Eq. 12.3 with s = 1; λ of Coates, Lee and Ng, 2011.
    """
    centred = images - images.mean(axis=(1, 2, 3), keepdims=True)
    variance = np.square(centred).mean(axis=(1, 2, 3), keepdims=True)
    normal: Images = centred / np.maximum(LEAST_CONTRAST, np.sqrt(bias + variance))
    return normal


BY_IMAGE: dict[str, Step] = {
    "contrast stretching": stretch_contrast,
    "global contrast normalization": normalize_contrast,
}


# Steps that depend on the training images.


def pixel_moments(chunks: Iterator[Images]) -> tuple[Matrix, Matrix]:
    """Mean `(d,)` and covariance `(d, d)`, E[xxᵀ] - E[x]E[x]ᵀ, of images of d pixels; float64."""
    count, total, products = 0, np.zeros(1), np.zeros((1, 1))
    for chunk in chunks:
        flat = chunk.reshape(len(chunk), -1).astype(np.float64)
        count, total, products = count + len(flat), total + flat.sum(0), products + flat.T @ flat
    mean = total / count
    return mean, products / count - np.outer(mean, mean)


def zca_matrix(covariance: Matrix, bias: float = WHITENING_BIAS) -> Matrix:
    """U·diag(1/sqrt(λ + ε))·Uᵀ of a covariance UΛUᵀ, `(d, d)` float64.

    Of all matrices that whiten it changes images least. ε keeps directions without variance from
    being blown up: after it a direction has the variance λ/(λ + ε). Krizhevsky, 2009, Appendix A.
    """
    variances, directions = np.linalg.eigh(covariance)
    scales: Matrix = 1 / np.sqrt(variances.clip(min=0) + bias)
    whitening: Matrix = (directions * scales) @ directions.T
    return whitening


def zca_matrix_of_few(centred: Matrix, bias: float = WHITENING_BIAS) -> Matrix:
    """The same matrix from n centred images `(n, d)`, much sooner where n is small.

    In the directions that they do not have it is 1/sqrt(ε): (1/sqrt(ε))·I + U·diag(...)·Uᵀ.
    """
    _, deviations, directions = np.linalg.svd(centred / len(centred) ** 0.5, full_matrices=False)
    rest = bias**-0.5
    scales: Matrix = (deviations**2 + bias) ** -0.5 - rest
    whitening: Matrix = (directions.T * scales) @ directions + rest * np.eye(centred.shape[1])
    return whitening


# Steps that chance decides.


def flip(images: Images, generator: np.random.Generator) -> Images:
    """Each image mirrored left to right, or not, with probability ½."""
    flipped = generator.random(len(images)) < 0.5
    return np.where(flipped[:, None, None, None], images[..., ::-1], images)


def crop(images: Images, generator: np.random.Generator, padding: int = PADDING) -> Images:
    """Of each image padded on all sides, a window of its old size, each as likely as another.

    The padding mirrors the image, as in Zagoruyko and Komodakis, 2016, not counting its edge twice.
    """
    count, _, height, width = images.shape
    sides = (padding, padding)
    padded = np.pad(images, ((0, 0), (0, 0), sides, sides), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(2, 3))
    top, left = generator.integers(0, 2 * padding + 1, (2, count))
    return windows[np.arange(count), :, top, left]


BY_CHANCE: dict[str, Callable[[Images, np.random.Generator], Images]] = {
    "horizontal flips": flip,
    "random crops": crop,
}


# All of them.


@dataclass(frozen=True, eq=False)
class Preprocessing:
    """Contrast stretching, global contrast normalization, per-pixel mean, ZCA, in this order.

    Percentiles are of pixels, so stretching comes first; normalization gives every image the same
    variance, on which ε of ZCA relies; the covariance of ZCA is about the mean, so that is last
    but one. The paper gives no order. Flips and crops follow, anew in each epoch, for ZCA has a
    place for every pixel.
    """

    mean: Images  # (3, 32, 32)
    whitening: Images  # (3072, 3072)

    @classmethod
    def fit(cls, images: Bytes) -> Preprocessing:
        """Mean and whitening of training images `(n, 32, 32, 3)`; test images get the same.

        For 50,000 images it takes about two minutes on two cores. Of fewer images than pixels,
        3072, whitening fits no others: what is new in those it enlarges.
        """
        chunks = (_applied(BY_IMAGE, chunk) for chunk in _chunks(images))
        if len(images) < images[0].size:
            flat = np.concatenate(list(chunks)).reshape(len(images), -1).astype(np.float64)
            mean = flat.mean(axis=0)
            whitening = zca_matrix_of_few(flat - mean)
        else:
            mean, covariance = pixel_moments(chunks)
            whitening = zca_matrix(covariance)
        shape = images[0].transpose(2, 0, 1).shape
        return cls(mean.astype(np.float32).reshape(shape), whitening.astype(np.float32))

    @property
    def steps(self) -> dict[str, Step]:
        """What is done to an image whenever it is used, in order."""
        return {
            **BY_IMAGE,
            "per-pixel mean subtracted": self.subtract_mean,
            "ZCA whitening": self.whiten,
        }

    def apply(self, images: Bytes) -> Images:
        """Images `(n, 32, 32, 3)` as a network takes them, `(n, 3, 32, 32)`, not yet augmented."""
        done = np.empty((len(images), *self.mean.shape), dtype=np.float32)
        for number, chunk in enumerate(_chunks(images)):
            done[number * CHUNK : (number + 1) * CHUNK] = _applied(self.steps, chunk)
        return done

    def subtract_mean(self, images: Images) -> Images:
        """x - E[x], over the training images: each pixel of each channel has a mean of its own."""
        return images - self.mean

    def whiten(self, images: Images) -> Images:
        """W·x of all pixels x of an image: the covariance becomes, but for ε, the identity."""
        flat = images.reshape(len(images), -1)
        return (flat @ self.whitening).reshape(images.shape)  # W is symmetric

    def stages(self, images: Bytes, generator: np.random.Generator) -> list[Stage]:
        """A batch `(n, 32, 32, 3)` as it comes and after each step, `(n, 3, 32, 32)`, by name."""
        found = [("as in the file", next(_chunks(images, len(images))))]
        for name, step in self.steps.items():
            found.append((name, step(found[-1][1])))
        for name, chance in BY_CHANCE.items():
            found.append((name, chance(found[-1][1], generator)))
        return found


def augment(images: Images, generator: np.random.Generator) -> Images:
    """Preprocessed images, flipped and cropped by chance."""
    for step in BY_CHANCE.values():
        images = step(images, generator)
    return images


def _applied(steps: Mapping[str, Step], images: Images) -> Images:
    for step in steps.values():
        images = step(images)
    return images


def _chunks(images: Bytes, size: int = CHUNK) -> Iterator[Images]:
    """Some images at a time, their channels first."""
    for start in range(0, len(images), size):
        chunk = images[start : start + size].transpose(0, 3, 1, 2)
        yield np.ascontiguousarray(chunk, dtype=np.float32)
