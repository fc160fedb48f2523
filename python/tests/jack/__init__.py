"""Tests of amio.jack."""
