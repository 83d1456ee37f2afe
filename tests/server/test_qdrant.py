"""The search over a real Qdrant node beside the embedded one. Skipped where the executable is not here."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.audiences import AUDIENCES
from indexer.encoders import Encoder
from indexer.errors import EncoderMismatch, NoGeneration
from indexer.generations import Generation

pytest.importorskip("qdrant_client", reason="qdrant-client is not installed")

from qdrant_client import grpc as q

from indexer import qdrant_layout as layout
from indexer.qdrant_nodes import Nodes, UnknownCollection
from indexer.qdrant_points import rows_of
from indexer.qdrant_publication import Placement, mirror, published_collection
from server.assistant import Assistant
from server.search.asked import Asked
from server.search.engine import engine_of
from server.search.filters import Filters
from server.search.qdrant.documents import DocumentSets
from server.search.qdrant.generation import RemoteGeneration
from server.search.qdrant.points import Hits
from server.search.qdrant.source import QdrantSource
from server.search.query import understand_query
from server.search.retrieve import SYSTEMS, Retriever, System
from tests.cluster.comparing import overlap
from tests.cluster.fetch import executable
from tests.cluster.running import Node, node
from tests.server.support import Cli, OtherEncoder, free_port

ALIAS = "tests"
QUESTIONS = (
    "什么是631机制",
    "第0457号建议是哪位代表提出的，答复文号是什么？",
    "国有资产盘活有哪些措施？",
    "“三清三减三增”",
    "What is the 631 mechanism?",
    "how much did the assets of state-owned enterprises grow",
    "的",
    "龘龘龘",
)


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    binary = executable()
    if binary is None:
        pytest.skip("no Qdrant here: python -m tests.cluster.fetch")
    with node(binary, tmp_path_factory.mktemp("qdrant")) as started:
        yield started


@pytest.fixture(scope="module")
def nodes(single: Node) -> Iterator[Nodes]:
    opened = Nodes([single.url])
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def source(nodes: Nodes, data_dir: Path, generation: Generation, encoder: Encoder) -> QdrantSource:
    mirror(generation, nodes, Placement(ALIAS), [part.dimension for part in encoder.parts])
    return QdrantSource(data_dir, nodes, ALIAS)


@pytest.fixture(scope="module")
def here(generation: Generation, encoder: Encoder) -> Retriever:
    return Retriever(generation, encoder)


@pytest.fixture(scope="module")
def there(source: QdrantSource, encoder: Encoder) -> Retriever:
    return source.open(lambda generation: Retriever(generation, encoder))


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("text", QUESTIONS)
@pytest.mark.parametrize("half", [False, True], ids=["all", "half"])
def test_the_same_passages_in_the_same_order(
    here: Retriever, there: Retriever, text: str, system: System, half: bool
) -> None:
    query = understand_query(text)
    allowed = here.generation.chunk_documents % 2 == 0 if half else None
    expected = here.search(query, 10, system, allowed)
    found = there.search(query, 10, system, allowed)
    # The cluster keeps vectors in half floats: what is as good as equal may change places.
    known = {candidate.ordinal: candidate for candidate in expected}
    assert overlap(found, expected) >= 0.9
    for one, other in zip(found, expected, strict=True):
        assert known.get(one.ordinal, expected[-1]).score == pytest.approx(other.score, abs=0.05)
        if one.ordinal in known:
            assert one.scores == pytest.approx(known[one.ordinal].scores, abs=0.005)


def test_every_feature_is_the_same(here: Retriever, there: Retriever) -> None:
    query = understand_query("国有企业改革的主要措施是什么？")
    vector = here.encode(query)
    expected, found = here.candidates(query, vector), there.candidates(query, vector)
    assert expected is not None
    assert found is not None
    assert found.ordinals.tolist() == expected.ordinals.tolist()
    known = here.features(query, expected)
    for name, values in there.features(query, found).items():
        assert values == pytest.approx(known[name], abs=0.02), name


@pytest.mark.parametrize("k", [1, 3])
def test_nothing_where_nothing_is_allowed(there: Retriever, k: int) -> None:
    nothing = np.zeros(there.generation.manifest.chunks, bool)
    assert there.search(understand_query("什么是631机制"), k, "hybrid", nothing) == []


def test_answers_and_pages_are_the_same(
    source: QdrantSource, assistant: Assistant, data_dir: Path, encoder: Encoder
) -> None:
    over = Assistant.open(data_dir, encoder, source=source)
    for text in (
        "什么是631机制",
        "第0457号建议是哪位代表提出的？",
        "第0999号建议的答复结果是什么？",
        "what is the 631 mechanism",
    ):
        expected, found = assistant.ask(text, role="public"), over.ask(text, role="public")
        assert (found.answered, found.answer) == (expected.answered, expected.answer)
        assert found.citations == expected.citations
    filters = Filters(year="2025")
    expected_ids = [
        passage.chunk_id for passage in assistant.search("国有资产", filters=filters, role="public").passages
    ]
    assert [
        passage.chunk_id for passage in over.search("国有资产", filters=filters, role="public").passages
    ] == expected_ids
    over.refresh()
    assert over.failure == ""


def _passing(nodes: Nodes, generation: RemoteGeneration, documents: NDArray[np.bool_]) -> set[int]:
    """The documents that the engine lets pass."""
    passing = DocumentSets(generation, few=1).filter(documents)
    request = q.ScrollPoints(
        collection_name=generation.points.collection, filter=passing, limit=generation.manifest.chunks
    )
    return {int(point.payload[layout.NUMBER].integer_value) for point in nodes.points("Scroll", request).result}


@given(data=st.data())
@settings(max_examples=40)
def test_a_set_of_documents_is_described_exactly(nodes: Nodes, there: Retriever, data: st.DataObject) -> None:
    generation = there.generation
    assert isinstance(generation, RemoteGeneration)
    count = generation.manifest.documents
    bases = [
        np.ones(count, bool),
        _mask(count, generation.documents_with("year", "2025")),
        _mask(count, generation.documents_with("kind", "reply")),
    ]
    mask = data.draw(st.sampled_from(bases)).copy()
    for number in data.draw(st.lists(st.integers(0, count - 1), max_size=4)):
        mask[number] ^= True
    held = np.diff(generation.document_starts) > 0
    assert _passing(nodes, generation, mask) == set(np.flatnonzero(mask & held).tolist())


def _mask(count: int, documents: set[int] | None) -> NDArray[np.bool_]:
    mask = np.zeros(count, bool)
    mask[list(documents or ())] = True
    return mask


def test_a_kind_is_said_by_the_field_not_by_numbers(there: Retriever) -> None:
    generation = there.generation
    replies = _mask(generation.manifest.documents, generation.documents_with("kind", "reply"))
    said = DocumentSets(generation, few=1).filter(replies)
    assert 0 < replies.sum() < len(replies)
    assert {condition.field.key for condition in said.must} <= {"kind", "disclosure", "proposal_kind"}
    assert said.must
    assert not said.must_not
    assert DocumentSets(generation).filter(np.ones(len(replies), bool)) is None


def test_each_audience_has_a_collection_of_its_own(there: Retriever, nodes: Nodes) -> None:
    generation = there.generation
    for audience in AUDIENCES:
        edition = generation.edition_for(audience)
        assert isinstance(edition, RemoteGeneration)
        assert isinstance(generation, RemoteGeneration)
        assert edition.points.collection != generation.points.collection
        request = q.CountPoints(collection_name=edition.points.collection, exact=True)
        held = nodes.points("Count", request).result.count
        assert 0 < held == edition.manifest.chunks < generation.manifest.chunks


def test_rows_hold_every_posting_once(generation: Generation) -> None:
    rows = rows_of(generation, 0, generation.manifest.chunks)
    assert len(rows.columns) == len(generation.words.chunks) + len(generation.bigrams.chunks)
    words = len(generation.words.terms)
    for ordinal in range(0, generation.manifest.chunks, 7):
        columns, weights = rows.of(ordinal, ordinal + 1)
        assert (np.diff(columns.astype(np.int64)) > 0).all()
        for column, weight in zip(columns.tolist()[::20], weights.tolist()[::20], strict=True):
            field, own = (generation.words, column) if column < words else (generation.bigrams, column - words)
            span = slice(int(field.starts[own]), int(field.starts[own + 1]))
            assert field.weights[span][field.chunks[span] == ordinal].tolist() == [weight]


def test_a_run_that_was_broken_off_goes_on(nodes: Nodes, generation: Generation, encoder: Encoder) -> None:
    parts = [part.dimension for part in encoder.parts]
    placement = Placement("broken")
    name = mirror(generation, nodes, placement, parts)
    # As a run leaves it that was killed: some points are missing and no alias is set.
    ids = [q.PointId(num=ordinal) for ordinal in range(5, generation.manifest.chunks)]
    selector = q.PointsSelector(points=q.PointsIdsList(ids=ids))
    nodes.points("Delete", q.DeletePoints(collection_name=name, wait=True, points=selector))
    drop = q.AliasOperations(delete_alias=q.DeleteAlias(alias_name="broken"))
    nodes.collections("UpdateAliases", q.ChangeAliases(actions=[drop]))
    assert published_collection(nodes, "broken") is None
    assert mirror(generation, nodes, placement, parts) == name == published_collection(nodes, "broken")
    count = nodes.points("Count", q.CountPoints(collection_name=name, exact=True)).result.count
    assert count == generation.manifest.chunks


def test_a_node_that_is_not_there_is_passed_over(single: Node, data_dir: Path, source: QdrantSource) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    both = Nodes([nobody, single.url])
    for _ in range(4):
        assert published_collection(both, ALIAS) == source.published()[0]


def test_refusals_are_one_line(
    single: Node, nodes: Nodes, data_dir: Path, source: QdrantSource, encoder: Encoder
) -> None:
    with pytest.raises(NoGeneration) as nothing:
        QdrantSource(data_dir, nodes, "nobody").published()
    with pytest.raises(UnknownCollection) as unknown:
        RemoteGeneration(data_dir, "000001", nodes, ALIAS, f"{ALIAS}-000001-0123456789ab")
    with pytest.raises(EncoderMismatch) as mismatch:
        source.open(lambda generation: Retriever(generation, OtherEncoder()))
    with pytest.raises(ValueError, match="no address"):
        Nodes(["127.0.0.1:6334"])
    assert all("\n" not in str(error.value) for error in (nothing, unknown, mismatch))


@pytest.mark.parametrize("text", ["国有资产", "罗清泉", "盘活存量", "没有人提过", "资", ""])
def test_the_same_chunks_and_documents_say_a_text(here: Retriever, there: Retriever, text: str) -> None:
    bigrams = [text[at : at + 2] for at in range(len(text) - 1)]
    documents = np.arange(here.generation.manifest.documents)
    one, other = engine_of(here.generation), engine_of(there.generation)
    assert other.chunks_with(bigrams, 1_000).tolist() == one.chunks_with(bigrams, 1_000).tolist()
    if bigrams:
        assert other.documents_with(bigrams, documents).tolist() == one.documents_with(bigrams, documents).tolist()


@pytest.mark.parametrize(
    "question",
    [
        "那个盘活国有资产的提案是谁提的？", "罗清泉代表提了什么建议", "周小舟代表提了什么建议", "盘活国有资产的建议什么时候答复的",
        "What did Luo Qingquan propose?", "市国资委主任是谁", "区里养老服务的建议采纳了吗",
    ],
)  # fmt: skip
def test_questions_about_replies_are_answered_the_same(
    source: QdrantSource, data_dir: Path, encoder: Encoder, question: str
) -> None:
    over, beside = Assistant(data_dir, encoder, source=source), Assistant.open(data_dir, encoder)
    one, other = over.ask(question), beside.ask(question)
    assert (one.answered, one.answer) == (other.answered, other.answer)


def test_asked_terms_know_no_scores_of_all_chunks(there: Retriever) -> None:
    asked = Asked.of(understand_query("国有资产"), there.generation)
    with pytest.raises(TypeError):
        asked.words.found.matches(np.zeros(1, np.int64))
    with pytest.raises(TypeError):
        asked.words.found.scores()


def test_the_scores_of_points_that_were_not_found_are_zero() -> None:
    hits = Hits(np.array([7, 3]), np.array([0.5, 0.25], np.float32))
    assert hits.at(np.array([2, 3, 7, 9])).tolist() == [0, 0.25, 0.5, 0]
    assert Hits(np.zeros(0, np.int64), np.zeros(0, np.float32)).at(np.array([1])).tolist() == [0]


def test_the_command_line_publishes_and_reads(cli: Cli, single: Node, corpus: Path, folder: Path) -> None:
    settings = {
        "ZHENGWEN_BACKEND": "qdrant", "ZHENGWEN_QDRANT_URL": single.url, "ZHENGWEN_QDRANT_COLLECTION": "commands",
    }  # fmt: skip
    data = folder / "data"
    assert cli("index", corpus, "--data-dir", data, "--quiet", **settings).code == 0
    found = cli("search", "国有资产盘活", "--data-dir", data, "--json", **settings)
    plain = cli("search", "国有资产盘活", "--data-dir", data, "--json")
    chunks = [[passage["chunk_id"] for passage in ran.json()["passages"]] for ran in (found, plain)]
    assert chunks[0] == chunks[1] != []
    settings["ZHENGWEN_QDRANT_URL"] = "nonsense"
    refused = cli("search", "国有资产", "--data-dir", data, **settings)
    assert refused.code == 2
    assert "ZHENGWEN_QDRANT_URL" in refused.one_line()
