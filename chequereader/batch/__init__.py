"""Reading many files of scans: one record a page, whatever single files do.

Not for deciding how a cheque is read: a batch takes a reader and the options of one.
"""

from __future__ import annotations

from chequereader.batch.progress import BatchSummary
from chequereader.batch.run import run_batch
from chequereader.batch.spread import run_spread

__all__ = ["BatchSummary", "run_batch", "run_spread"]
