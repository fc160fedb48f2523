"""Tests of amio.pyjack."""
