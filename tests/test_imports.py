"""What an import of the two packages loads. Modules are counted, and no seconds."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys

import pytest

HEAVY = {"faiss", "gradio", "lxml", "numpy", "onnxruntime", "opencc", "pandas", "pypinyin", "sqlite3", "torch"} | {
    "sentence_transformers",
    "transformers",
}
# The packages themselves, and no more than a handful of modules that they stand on.
MOST_OWN_MODULES = 5


def _loaded_by(code: str) -> set[str]:
    shown = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(shown.stdout.splitlines()[-1]))


def test_importing_the_packages_loads_next_to_nothing() -> None:
    loaded = _loaded_by("import qa, embeddings")
    own = {name for name in loaded if name.split(".")[0] in ("qa", "embeddings")}
    assert {"qa", "embeddings"} <= own
    assert len(own) <= MOST_OWN_MODULES, sorted(own)
    assert not {name.split(".")[0] for name in loaded} & HEAVY


def test_the_values_of_an_answer_load_no_words_of_the_page() -> None:
    loaded = _loaded_by("from qa import Answer, Citation, Passage")
    assert not [name for name in loaded if name.startswith(("qa.i18n", "qa.web", "qa.query", "gradio"))]


@pytest.mark.parametrize("package", ["embeddings", "qa"])
def test_every_public_name_leads_to_its_definition(package: str) -> None:
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(module._MODULE_OF)
    assert all(getattr(module, name) is not None for name in module.__all__)
    assert set(module.__all__) <= set(dir(module))


@pytest.mark.parametrize("package", ["embeddings", "qa"])
def test_a_name_that_is_not_public_is_an_attribute_error(package: str) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nowhere'"):
        _ = importlib.import_module(package).nowhere
