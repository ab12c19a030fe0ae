"""Lets pre-commit install the published wheel of the same version. The wheel itself is built from python/pyproject.toml."""

from setuptools import setup

setup(
    name="kubelet-lint-hook",
    version="0.0.0",
    py_modules=[],
    install_requires=["kubelet-lint==0.1.0"],
)
