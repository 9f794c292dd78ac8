"""The scripts here are run by test_keras_scripts.py, not collected as tests of their own."""

collect_ignore_glob = ["*.py"]
