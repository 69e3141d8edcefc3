"""Imports beside the real tools."""
