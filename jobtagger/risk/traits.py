"""Traits of a posting, found as phrases in its tokens, unless they are negated or another trait speaks against them.

Of some traits phrases tell too little; their words are weighed and added up (`words.py`), with what phrases found.
Everything is done for a whole chunk at once, in columns (`matches.py`).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from jobtagger.knowledge.types import Negation, Policy, Trait, WordWeights
from jobtagger.risk.automaton import Ends, Ids
from jobtagger.risk.matches import Flags, Match, Matches, n_different, spell
from jobtagger.risk.phrases import Mark, PhraseBook
from jobtagger.risk.words import WordScorer
from jobtagger.vocabulary import SKILLS, TITLE, PairSet, Tokens, Vocabulary, WordSet, are_negated, pair_key, span_places

_DENIAL, _FAR = Mark("denial"), Mark("far")
_NO_SIGN = -1


class TraitFinder:
    """Finds traits in postings of one session.

    Parameters
    ----------
    traits : iterable of Trait
    negation : Negation
        Words that cancel a phrase following within `window` words of the same sentence, and phrases that cancel it
        from right behind, or a few words further before it.
    policy : Policy
        From which number on there are many.
    vocabulary : Vocabulary
        The session's.
    weights : mapping of trait id to WordWeights, optional
        Of the traits whose words are weighed.

    Attributes
    ----------
    trait_ids : tuple of str
        The trait of each number.
    """

    def __init__(
        self,
        traits: Iterable[Trait],
        negation: Negation,
        policy: Policy,
        vocabulary: Vocabulary,
        weights: Mapping[str, WordWeights] | None = None,
    ) -> None:
        self._traits = tuple(traits)
        self.trait_ids = tuple(trait.id for trait in self._traits)
        self._window = negation.window
        self._negations = WordSet(vocabulary, negation.before)
        self._denials = PhraseBook(vocabulary, policy.many_from)
        self._denials.add(_DENIAL, negation.after)
        self._denials.close()
        self._reach = negation.reach
        self._far = PhraseBook(vocabulary, policy.many_from)
        self._far.add(_FAR, negation.far)
        self._far.close()
        self._exceptions, self._exclusions = (
            _book({trait.id: getattr(trait, name) for trait in self._traits}, vocabulary, policy)
            for name in ("but_not", "not_with")
        )
        self._book = PhraseBook(vocabulary, policy.many_from)
        for trait in self._traits:
            self._book.add(Mark(trait.id), trait.phrases)
            self._book.add(Mark(trait.id, in_title=True), trait.title_phrases)
            for number, sign in enumerate(trait.signs):
                self._book.add(Mark(trait.id, sign=number), [sign])
            for number, sign in enumerate(trait.title_signs, len(trait.signs)):
                self._book.add(Mark(trait.id, in_title=True, sign=number), [sign])
        self._book.close()
        marks, number_of = self._book.marks, {trait_id: number for number, trait_id in enumerate(self.trait_ids)}
        self._trait_of = np.array([number_of[mark.trait_id] for mark in marks], dtype=np.int64)
        self._sign_of = np.array([_NO_SIGN if mark.sign is None else mark.sign for mark in marks], dtype=np.int64)
        self._in_title_only = np.array([mark.in_title for mark in marks], dtype=bool)
        self._signs_to_show = np.array([trait.signs_to_show for trait in self._traits], dtype=np.int64)
        self._signs_to_count = np.array([trait.signs_to_count for trait in self._traits], dtype=np.int64)
        self._counts_in_title = np.array([trait.counts_in_title for trait in self._traits], dtype=bool)
        self._not_after = [
            (number, WordSet(vocabulary, trait.not_after))
            for number, trait in enumerate(self._traits)
            if trait.not_after
        ]
        not_before = [
            pair_key(number, vocabulary.id_of(word))
            for number, trait in enumerate(self._traits)
            for word in trait.not_before
        ]
        self._not_before = PairSet(np.array(not_before, dtype=np.int64))
        self._yielding = [
            (number, [number_of[other] for other in trait.yields_to if other in number_of])
            for number, trait in enumerate(self._traits)
            if trait.yields_to
        ]
        self._scorer = WordScorer(weights or {}, self._traits, vocabulary)

    def find(self, tokens: Tokens, categories: Sequence[str] | None = None) -> dict[int, list[Match]]:
        """Give the matches of the postings that have any, by number, in order; several of one trait are possible."""
        found: dict[int, list[Match]] = {}
        for owner, trait, *match in zip(*(column.tolist() for column in self.match(tokens, categories)), strict=True):
            found.setdefault(owner, []).append(Match(self.trait_ids[trait], *match))
        return found

    def match(self, tokens: Tokens, categories: Sequence[str] | None = None) -> Matches:
        """Give the matches of postings as columns; their predicted categories, if known, speak for or against traits.

        Skill tags are passed over: they are what the board offers, not what the client says.
        """
        is_negated = self.are_negated(tokens)
        found = self.by_phrases(tokens, is_negated)
        return self._without_yielding(self._scorer.weigh(found, tokens, is_negated, categories), len(tokens.starts) - 1)

    def are_negated(self, tokens: Tokens) -> NDArray[np.bool_]:
        """Tell for each token whether a word or phrase that cancels stands before it, close enough and in its sentence."""
        ids = tokens.ids
        is_negated = are_negated(ids, self._negations, self._window)
        begins = np.unique(self._far.match(ids, self._far.places(ids)).end)
        places, is_reached = begins, np.ones(len(begins), dtype=bool)
        for _ in range(self._reach):
            is_reached &= (places < len(ids)) & (ids[np.minimum(places, len(ids) - 1)] != 0)
            is_negated[places[is_reached]] = True
            places = places + 1
        return is_negated

    def by_phrases(self, tokens: Tokens, is_negated: Flags) -> Matches:
        """Give what phrases alone show, also of traits that then weigh words or yield to another."""
        ends = self._book.match(tokens.ids, self._places(tokens, is_negated))
        trait, in_title = self._trait_of[ends.mark], tokens.part[ends.start] == TITLE
        kept = in_title | ~self._in_title_only[ends.mark]
        kept[self._not_before.places(pair_key(trait, tokens.ids[ends.end]))[0]] = False
        kept[self._denied(tokens.ids, ends)] = False
        kept[self._excepted(tokens, ends, trait, is_negated)] = False
        for number, words in self._not_after:
            asked = np.flatnonzero(kept & (trait == number))
            kept[asked] = ~_follow(words, tokens.ids, ends.start[asked], self._window)
        return self._strong_enough(Ends(*(column[kept] for column in ends)), tokens)

    def _places(self, tokens: Tokens, is_negated: Flags) -> Ids:
        """Give the places where phrases may start: not negated, or negations themselves."""
        places = self._book.places(tokens.ids)
        places = places[tokens.part[places] != SKILLS]
        kept: Flags = ~is_negated[places]
        asked = np.flatnonzero(~kept & self._negations.has(tokens.ids[places]))
        # "no fluff, no AI": the same negation again denies nothing
        kept[asked] = ~_follow(self._negations, tokens.ids, places[asked], self._window, but_itself=True)
        allowed: Ids = places[kept]
        return allowed

    def _denied(self, ids: Ids, ends: Ends) -> Flags:
        """Tell behind which phrases one stands that denies them."""
        is_denial = np.zeros(len(ids) + 1, dtype=bool)
        is_denial[self._denials.match(ids, np.unique(ends.end)).start] = True
        return is_denial[ends.end]

    def _excepted(self, tokens: Tokens, ends: Ends, trait: Ids, is_negated: Flags) -> Flags:
        """Tell which phrases begin within one that takes their meaning away, or stand in a posting that excludes them."""
        ids = tokens.ids
        around = self._exceptions.match(ids, self._exceptions.places(ids))
        length = around.end - around.start
        spans = pair_key(np.repeat(around.mark, length), span_places(around.start, length))
        places = self._exclusions.places(ids)
        excluding = self._exclusions.match(ids, places[~is_negated[places] & (tokens.part[places] != SKILLS)])
        excluded = pair_key(excluding.mark, tokens.posting[excluding.start])
        owner: Ids = tokens.posting[ends.start]
        return np.isin(pair_key(trait, ends.start), spans) | np.isin(pair_key(trait, owner), excluded)

    def _strong_enough(self, found: Ends, tokens: Tokens) -> Matches:
        """Keep what is enough to show a trait; different signs count, the same words once, in whatever language."""
        n_traits = len(self._traits)
        owner, trait, sign = tokens.posting[found.start], self._trait_of[found.mark], self._sign_of[found.mark]
        pair, n_pairs = owner * n_traits + trait, (len(tokens.starts) - 1) * n_traits
        is_sign = sign != _NO_SIGN
        in_title = (tokens.part[found.start] == TITLE) & ~self._in_title_only[found.mark]
        is_sure = np.zeros(n_pairs, dtype=bool)
        is_sure[pair[~is_sign | (in_title & self._counts_in_title[trait])]] = True
        words = spell(tokens.ids, found.start[is_sign], found.end[is_sign])
        n_signs = np.minimum(
            n_different(pair[is_sign], sign[is_sign], n_pairs), n_different(pair[is_sign], words, n_pairs)
        )[pair]
        counts = is_sure[pair] | (n_signs >= self._signs_to_count[trait])
        kept = ~is_sign | counts | (n_signs >= self._signs_to_show[trait])
        return Matches(owner, trait, found.start, found.end, is_sign, counts).where(kept)

    def _without_yielding(self, matches: Matches, n_postings: int) -> Matches:
        """Leave out traits that yield to another one found."""
        shown = matches.shown(n_postings, len(self._traits))
        stays = shown.copy()
        for number, others in self._yielding:
            stays[:, number] &= ~shown[:, others].any(axis=1)
        return matches.where(stays[matches.owner, matches.trait])


def _book(phrases_of: Mapping[str, Iterable[str]], vocabulary: Vocabulary, policy: Policy) -> PhraseBook:
    """Compile phrases of each trait, marked by its number."""
    book = PhraseBook(vocabulary, policy.many_from)
    for trait_id, phrases in phrases_of.items():
        book.add(Mark(trait_id), phrases)
    book.close()
    return book


def _follow(words: WordSet, ids: Ids, places: Ids, window: int, *, but_itself: bool = False) -> Flags:
    """Tell before which places one of the words stands, within the window and its sentence; `but_itself`: another one."""
    follows, is_open = np.zeros(len(places), dtype=bool), np.ones(len(places), dtype=bool)
    for offset in range(1, window + 1):
        is_open &= (places >= offset) & (ids[places - offset] != 0)
        before = ids[places - offset]
        follows |= is_open & words.has(before) & (before != ids[places] if but_itself else True)
    return follows
