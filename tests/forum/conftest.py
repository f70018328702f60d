"""The laws are plain asserts outside the test files: let pytest explain them too."""

import pytest

pytest.register_assert_rewrite("tests.forum.laws", "tests.forum.evening")
