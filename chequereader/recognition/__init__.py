"""From candidate characters to a penalty for every label: LeNet-5, its family, the recogniser, weights."""
