"""Where a command finds what users and the newsroom leave beside an archive."""

from __future__ import annotations

import argparse
from pathlib import Path

from embeddings import ArchiveMissingError, data_path
from qa.errors import CommandCode


def data_folder(arguments: argparse.Namespace) -> Path:
    """The folder beside the archive that a command names. Raises ArchiveMissingError where there is none."""
    folder = data_path(arguments.archive)
    if not folder.is_dir():
        raise ArchiveMissingError(CommandCode.NO_ARCHIVE, folder=folder)
    return folder
