import pytest

# So that an assertion that fails there tells what it compared.
pytest.register_assert_rewrite("tests.support")
