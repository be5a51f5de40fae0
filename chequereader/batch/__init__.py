"""Reading whole folders of scans: one record a page, whatever single files do.

Not for deciding how a cheque is read: a batch takes a reader and the options of one.
"""

from __future__ import annotations

from chequereader.batch.run import BatchSummary, find_scans, run_batch

__all__ = ["BatchSummary", "find_scans", "run_batch"]
