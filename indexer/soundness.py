"""Whether a published generation is what it was, and all its spans lie where they belong."""

from indexer.document import Document
from indexer.generations import Generation


def problems_of(generation: Generation) -> list[str]:
    """What is wrong with a generation, a line each; nothing when it is sound. Spans are looked at where checksums agree."""
    problems = [f"{name}：内容与校验和不符 / checksum differs" for name in generation.altered()]
    if problems:
        return problems
    for name, edition in generation.editions():
        problems.extend(f"{name}：{problem}" for problem in problems_of(edition))
    if generation.chunk_vectors.size != generation.manifest.chunks:
        problems.append("chunks.*.faiss：向量数与段落数不符 / number of vectors differs from number of chunks")
    counts = {len(generation.sentences), len(generation.sentence_scales), len(generation.sentence_spans)}
    if counts != {int(generation.sentence_starts[-1])}:
        problems.append("sentences.npy：向量数与句子数不符 / number of vectors differs from number of sentences")
    for number, document in enumerate(generation.documents()):
        problems.extend(f"{document.source}：{problem}" for problem in _document_problems(generation, number, document))
    return problems


def _document_problems(generation: Generation, number: int, document: Document) -> list[str]:
    size = len(document.text)
    chunks = generation.chunks_of(number)
    covered = "".join("".join(document.text[c.start : c.end].split()) for _, c in chunks)
    problems = []
    if covered != "".join(document.text.split()):
        problems.append("有文字不属于任何段落 / some text lies in no chunk")
    if any(not 0 <= c.start < c.end <= size for _, c in chunks):
        problems.append("段落位置超出原文 / a chunk lies outside the text")
    starts = generation.sentence_starts
    for ordinal, chunk in chunks:
        spans = generation.sentence_spans[starts[ordinal] : starts[ordinal + 1]]
        if len(spans) and not (chunk.start <= spans.min() and spans.max() <= chunk.end):
            problems.append("句子位置超出段落 / a sentence lies outside its chunk")
    for name, field in document.metadata.items():
        if field.start is not None and not (field.end is not None and 0 <= field.start < field.end <= size):
            problems.append(f"字段 {name} 的位置超出原文 / a field lies outside the text")
    return problems
