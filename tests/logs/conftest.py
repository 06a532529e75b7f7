"""What tests of logs share: a file with some content."""

import pytest


@pytest.fixture
def write(tmp_path):
    """Write bytes, or text, to a file and say its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return str(path)

    return write
