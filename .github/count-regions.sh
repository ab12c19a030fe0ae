#!/usr/bin/env bash
# A wrapper of rustc for .github/fuzz.sh: the program counts which of its regions run. (Other shells drop variables of cargo.)
exec "$@" -C instrument-coverage
