"""Where the amount stands: from a scan to an upright page and its candidate amount zones.

The field location transformer of section X of the paper: ``upright`` turns a scan into a page, ``locate``
gives its zones, each with a learned penalty. Which zone is right, the recognition graph decides.
"""
