"""What else a provider tells of a credential that lives: scopes, permissions, whether it has too much power.

Further requests only read, go to the host of the first one, and change no verdict: where one fails, what it would have
told is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple
from urllib.parse import urlsplit

from scanner.records import Verdict
from scanner.verify import answer as answers
from scanner.verify import hosts, protocols, request
from scanner.verify.answer import Answer
from scanner.verify.protocols import Pairs, Questions
from scanner.verify.request import Request
from scanner.verify.section import Section
from scanner.verify.template import Unfit, Values


class First(NamedTuple):
    """What was asked first: the request as it is without a signature, and what it was made of."""

    request: Request
    parts: Values
    own: str  # the user's own server instead of the provider's


def added(job: hosts.Job, section: Section, first: First, send: Callable[[Request], Answer]) -> hosts.Job:
    """The job with its further questions, if there are any."""
    told = partial(_questions, section, first)
    asked: list[Callable[[Pairs], Questions]] = [lambda _: told()] if section.further else []
    more = [(job.host, len(section.further))] if section.further else []
    spoken = protocols.further(section.protocol) if section.protocol else None
    if spoken:
        asked.append(partial(spoken.ask, first.request, first.parts))
        more += spoken.reach(first.request)
    if not asked and not section.privileged:
        return job
    return replace(job, further=partial(_conversation, section, asked, send), more=tuple(more))


def _conversation(
    section: Section, asked: Sequence[Callable[[Pairs], Questions]], send: Callable[[Request], Answer], verdict: Verdict
) -> hosts.Questions:
    told = verdict.identity
    for one in asked:
        told = joined(told, (yield from _sent(one(told), send)))
    return replace(verdict, identity=weighed(section, told))


def _sent(
    asking: Questions, send: Callable[[Request], Answer]
) -> Generator[Callable[[], Answer], Answer | None, Pairs]:
    answer: Answer | None = None
    while True:
        try:
            wanted = asking.send(answer)
        except StopIteration as end:
            told: Pairs = end.value
            return told
        answer = yield partial(send, wanted)


def _questions(section: Section, first: First) -> Questions:
    """The section's further requests, one after the other."""
    found: Pairs = ()
    for one in section.further:
        try:
            wanted = request.build(one, first.parts, first.own)
        except Unfit:
            continue
        if _origin(wanted) != _origin(first.request):
            continue  # the loader refuses it; nothing that a part holds may bring it back
        told = yield wanted
        if told is not None and 200 <= told.status < 300 and not answers.doubt(told):
            found += answers.identity(one, told)
    return found


def joined(known: Pairs, more: Pairs) -> Pairs:
    """Both, in the order of their names; what was known first counts."""
    return tuple(sorted({**dict(more), **dict(known)}.items()))


def weighed(section: Section, told: Pairs) -> Pairs:
    """With `privileged` where a field holds a word that means so; that no word does proves nothing, so none is said."""
    fields = dict(told)
    if any(_holds(fields.get(name, ""), words) for name, words in section.privileged):
        return joined(told, (("privileged", "yes"),))
    return told


def _holds(text: str, words: Iterable[str]) -> bool:
    """Whether an item of a list, parted by commas or blanks, is one of the words, or begins as one that ends in *."""
    items = {item.strip() for item in text.split(",")} | set(re.split(r"[\s,]+", text))
    return any(
        word in items or (word[-1] == "*" and any(item.startswith(word[:-1]) for item in items)) for word in words
    )


def _origin(wanted: Request) -> tuple[str, str]:
    parts = urlsplit(wanted.url)
    return parts.scheme, parts.netloc
