"""Where a trial is saved as it comes, and from where it goes on."""

from __future__ import annotations

import os
from dataclasses import dataclass

from logsched.base import files
from logsched.base.errors import LogschedError, OutputError

RESULTS = "results.json"  # in the folder of checkpoints


@dataclass(frozen=True)
class Saving:
    """The folder of checkpoints, the checkpoints to go on from, a file of results; or None."""

    folder: str | None = None
    source: str | None = None
    results: str | None = None

    @property
    def files(self) -> list[str]:
        """The files of results."""
        inside = [] if self.folder is None else [os.path.join(self.folder, RESULTS)]
        return inside + ([] if self.results is None else [self.results])


def read_saving(checkpoint: str | None, resume: str | None, output: str | None) -> Saving:
    """What the options mean; who goes on from a folder saves there, unless told otherwise.

    Raises LogschedError for a folder without a name, OutputError where there is nothing to go on
    from.
    """
    if checkpoint == "" or resume == "":
        raise LogschedError("a folder of checkpoints is '', but it must have a name")
    if resume is not None and not os.path.exists(resume):
        raise OutputError(f"cannot read {resume}: there is no such file or folder")
    from_folder = resume is not None and os.path.isdir(resume)
    folder = checkpoint if checkpoint is not None or not from_folder else resume
    is_json = output is not None and files.suffix(output) == "json"
    return Saving(folder, resume, output if is_json else None)
