"""Benchmarks, one module each with a ``main(arguments)``; ``python -m pipelines.benchmark NAME`` runs one."""
