"""Recipes that can be run: training, calibration, evaluation, benchmarks. The package never imports them."""
