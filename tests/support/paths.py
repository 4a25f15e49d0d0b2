from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "bulletins"
DATA = ROOT / "tests" / "data"
