"""From the picture of an amount field to its segmentation graph: ink, normalisation, cuts, candidates."""
