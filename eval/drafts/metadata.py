"""Questions on the fields of a document: its number, date, issuer, signer, and the proposal that it answers."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from eval.drafts.draft import Draft, one_line
from indexer.document import Document, Field

# By field: how it is asked for in Chinese and, where answers hold it unchanged, in English.
_BY_TITLE: Mapping[str, tuple[str, ...]] = {
    "document_number": ("《{}》的发文字号是什么？", "What is the document number of 《{}》?"),
    "date": ("《{}》是哪一天成文的？",),
    "issuer": ("《{}》是哪个单位发的？",),
    "signer": ("《{}》由谁签发？",),
    "disclosure": ("《{}》的公开属性是什么？",),
}
_BY_PROPOSAL: Mapping[str, tuple[str, ...]] = {
    "proposer": ("第{0}号{1}是谁提出的？", "Who put forward proposal No. {0} ({1})?"),
    "organ": ("第{0}号{1}由哪个单位答复？",),
    "session": ("第{0}号{1}是在哪次会议上提出的？",),
    "adoption": ("第{0}号{1}的采纳情况是什么？",),
    "proposal_title": ("第{0}号{1}的题目是什么？",),
}


def proposal_of(document: Document) -> tuple[str, str] | None:
    """Number and kind of the proposal that a reply answers."""
    number, kind = document.metadata.get("proposal_number"), document.metadata.get("proposal_kind")
    return (number.value, kind.value) if number and kind else None


def _choices(name: str, said: str, value: str) -> tuple[str, ...]:
    choices = [one_line(said), value]
    if name == "date" and len(parts := value.split("-")) == 3:
        choices.append(f"{int(parts[0])}年{int(parts[1])}月{int(parts[2])}日")
    return tuple(dict.fromkeys(choices))


def _asked(document: Document, forms: Mapping[str, tuple[str, ...]], *subject: str) -> Iterator[Draft]:
    for name, texts in forms.items():
        found: Field | None = document.metadata.get(name)
        if found is None or found.start is None or found.end is None:
            continue
        choices = _choices(name, document.text[found.start : found.end], found.value)
        for text, lang in zip(texts, ("zh", "en"), strict=False):
            yield Draft("metadata", document, text.format(*subject), (choices,), found.start, found.end, lang)


def metadata_drafts(documents: Sequence[Document]) -> Iterator[Draft]:
    """Drafts for every field that was read from the text, where a title or a proposal's number names one document."""
    titles = Counter(one_line(document.title) for document in documents)
    proposals = Counter(proposal_of(document) for document in documents)
    for document in documents:
        title, proposal = one_line(document.title), proposal_of(document)
        if titles[title] == 1:
            yield from _asked(document, _BY_TITLE, title)
        if proposal and proposals[proposal] == 1:
            yield from _asked(document, _BY_PROPOSAL, *proposal)
