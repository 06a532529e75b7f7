"""Whole lines of a text in blocks, and a last one that is cut off."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logsched.logs import blocks
from logsched.logs.blocks import torn, whole_lines


@given(data=st.lists(st.sampled_from([b"ab", b"\n", b"c"])).map(b"".join), size=st.integers(1, 9))
def test_blocks_are_the_text_and_end_with_a_line(data, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blocks, "BLOCK", size)
        file = io.BytesIO(data)
        found = list(whole_lines(file.read(size), file))
    assert b"".join(found) == data
    assert all(block.endswith(b"\n") for block in found[:-1])


ROWS = b"0,0.0123456789\n1,0.0234567891\n2,0.0345678912\n3,0.0456789123\n"


@pytest.mark.parametrize(
    ("last", "is_torn"),
    [
        (b"4,0.0567891234", False),
        (b"4,0.05678912345", False),
        (b"4,0.0123456789", False),  # stands above, and so does
        (b"4,0.0123456789 ", False),
        (b"4,0.056789", True),
        (b"4,0.", True),
        (b"4,5.6789123456789", True),  # its exponent is cut off
        (b"4,5.678e-", False),  # no number: it cannot be read
        (b"4", True),
        (b"", False),
    ],
)
def test_a_number_that_is_shorter_than_others_is_cut_off(last, is_torn):
    assert torn(ROWS + last) == (last if is_torn else b"")


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (b"step 1 lr 0.1 | ok\n" * 5 + b"step 2 lr 0.1", b"step 2 lr 0.1"),
        (b"step 1 lr 0.10\n" * 5 + b"step 2 lr 0.1", b"step 2 lr 0.1"),
        (b"lr 0.5 acc: 0.10\n" * 5 + b"lr 0.25", b"lr 0.25"),
        (b"0%| 1/9 [lr=0.10]\r" * 5 + b"0%| 2/9 [lr=0.1", b"0%| 2/9 [lr=0.1"),
        (b"step 1 lr 0.10\n" * 5 + b"step 2 lr 0.25", b""),
        (b"0.5", b""),
        (b"lr\n0.5", b""),
        (b"lr\n0.", b"0."),
    ],
)
def test_a_line_that_ends_where_others_do_not_is_cut_off(text, cut):
    assert torn(text) == cut
