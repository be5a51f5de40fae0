"""Security paper."""

import numpy as np
import pytest

from chequereader.synthetic.backgrounds import security_paper


@pytest.mark.parametrize("seed", range(30))
def test_paper_is_light_and_of_the_size_asked_for(seed):
    page = security_paper(150 + seed, 400, np.random.default_rng(seed))
    assert page.shape == (150 + seed, 400) and page.dtype == np.float32
    assert page.min() > 0 and page.max() <= 255 and page.mean() > 120


def test_papers_differ_and_plain_paper_is_plain():
    papers = {security_paper(100, 200, np.random.default_rng(seed)).tobytes() for seed in range(20)}
    assert len(papers) == 20
    assert np.ptp(security_paper(100, 200, np.random.default_rng(0), strength=0)) == 0
