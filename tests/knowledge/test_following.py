"""What a follow-up gains by the answer before it: fitted on turns of which each can be told only by its relation."""

from collections.abc import Callable

import numpy as np
import pytest

from knowledge.language import Language
from knowledge.loader import load_content
from knowledge.search import Context, SearchIndex
from knowledge.search.following import FOLLOWS, ties
from knowledge.search.hearing import Heard, hear
from knowledge.search.normalise import readings
from knowledge.search.relations import RELATIONS, relations, stand_ins
from knowledge.search.training.contextfit import Turns, fit_following
from knowledge.search.training.followfit import Said
from tests.conftest import index_cache


@pytest.fixture(scope="module")
def index() -> SearchIndex:
    return SearchIndex.build(load_content(), None, index_cache())


@pytest.fixture(scope="module")
def listen(index: SearchIndex) -> Callable[[str], Heard]:
    def heard(question: str) -> Heard:
        return hear(next(iter(readings(question, Language.EN))), index.tables, None)

    return heard


@pytest.mark.parametrize(
    ("question", "context", "stands", "not_for"),
    [
        ("and in laos?", Context("kh-phytosanitary-certificate"), "la-phytosanitary-certificate", "la-vat"),
        ("and by rail?", Context("cn-la-mohan-boten"), "cn-la-mohan-boten-rail", "cn-vn-youyiguan-huu-nghi"),
        ("what about vietnam", Context("qr-th-la"), "qr-th-vn", "la-saysettha"),
        ("and importing?", Context("kh-export-clearance"), "kh-import-clearance", "th-import-clearance"),
    ],
)
def test_what_stands_for_the_record_that_was_told_of(
    index: SearchIndex, listen: Callable[[str], Heard], question: str, context: Context, stands: str, not_for: str
) -> None:
    record = index.corpus.content.records[context.record or ""]
    found = stand_ins(record, context, listen(question), index.corpus)
    assert found[stands] == max(found.values())
    assert not_for not in found


def test_one_asker_stays_on_his_own_side(index: SearchIndex, listen: Callable[[str], Heard]) -> None:
    record = index.corpus.content.records["qr-th-la"]
    found = stand_ins(record, Context("qr-th-la"), listen("and in vietnam?"), index.corpus)
    assert found["qr-th-vn"] > found["qr-vn-cn"]


def test_it_learns_when_to_keep_what_was_told(index: SearchIndex, listen: Callable[[str], Heard]) -> None:
    """Who names nothing asks of the same record; who asks outright goes on to another, which scores higher alone."""
    context = Context("th-mm-mae-sai-tachileik", "hours", "TH")
    heard = [listen(question) for question in ("and the goods?", "opening hours of nong khai bridge")]
    by_itself = [index.alone(one) for one in heard]
    tied = []
    for one, alone in zip(heard, by_itself, strict=True):
        bears = relations(one, context, alone.best, index.corpus, index.signals)
        tied.append(ties(one, context, alone, bears, index.corpus, index.signals))
    same = np.zeros((2, len(RELATIONS)), np.float32)
    same[0, RELATIONS.index("same")] = 1.0
    said = [
        Said(heard[new], context, not new, 1.0, place // 2 % 3, np.array([new]), drawn=True)
        for place, new in enumerate([0, 1] * 300)
    ]
    turns = Turns(
        said,
        tied * 300,
        np.tile(np.array([0, 3], np.float32), (600, 1)),
        np.tile(same, (600, 1, 1)),
        np.tile(np.eye(2, dtype=np.bool_), (300, 1)),
    )
    fitted = fit_following(turns, 0.4)
    chances = [fitted.follows.probability(one) for one in tied]
    assert chances[0] > FOLLOWS > chances[1]
    gained = [fitted.gained(one, chance, same) for one, chance in zip(tied, chances, strict=True)]
    assert gained[0][0] > 3 > gained[1][0]
