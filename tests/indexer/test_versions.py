"""Versions of a document in order, worked out by hand."""

from indexer.versions import version_groups


def test_the_newest_first_then_by_day() -> None:
    # 5 is the newest of 1, 2 and 3; 8 that of 7.
    newest = {1: 5, 2: 5, 3: 5, 7: 8}
    numbers = {1: "某政发〔2019〕3号", 7: "某政发3号"}
    found = version_groups(newest, numbers, {2: "2021-03-01"}, {2: "2020-01-01", 3: "2020-06-30"})
    # 2: the later of its two days; 3: published 2020; 1: the year of its 文号.
    assert found == {5: (5, 2, 3, 1), 2: (5, 2, 3, 1), 3: (5, 2, 3, 1), 1: (5, 2, 3, 1), 8: (8, 7), 7: (8, 7)}


def test_without_days_by_number() -> None:
    assert version_groups({1: 3, 2: 3}, {}, {}, {}) == {3: (3, 2, 1), 2: (3, 2, 1), 1: (3, 2, 1)}
    assert version_groups({}, {}, {}, {}) == {}
