"""Tests of the package; see conftest.py for the servers that they get."""
