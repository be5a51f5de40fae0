"""The batch under faults: damaged inputs, killed workers, killed runs; and a fuzzer for the file formats.

    python -m pipelines.faults night [--inputs 2000] [--reader stub] [--seed 1]
    python -m pipelines.faults fuzz [--count 5000] [--seed 1]

Not for accuracy, nor for speed.
"""
