"""Traits of a posting, found as phrases in its tokens, unless they are negated or another trait speaks against them.

Of some traits phrases tell too little; their words are weighed and added up (`words.py`), with what phrases found.
Everything is done for a whole chunk at once, in columns (`matches.py`).
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from jobtagger.knowledge.types import Negation, Policy, Trait, WordWeights
from jobtagger.risk.automaton import Ends, Ids
from jobtagger.risk.matches import Flags, Match, Matches, n_different, spell
from jobtagger.risk.phrases import CANCELS, DENIES, EXCEPTS, EXCLUDES, SHOWS, Mark, PhraseBook
from jobtagger.risk.words import WordScorer
from jobtagger.vocabulary import SKILLS, TITLE, PairSet, Tokens, Vocabulary, WordSet, are_negated, pair_key, span_places

_NO_SIGN, _NO_TRAIT = -1, -1


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
        self._reach = negation.reach
        self._book = PhraseBook(vocabulary, policy.many_from)
        for trait in self._traits:
            self._book.add(Mark(trait.id), trait.phrases)
            self._book.add(Mark(trait.id, in_title=True), trait.title_phrases)
            for number, sign in enumerate(trait.signs):
                self._book.add(Mark(trait.id, sign=number), [sign])
            for number, sign in enumerate(trait.title_signs, len(trait.signs)):
                self._book.add(Mark(trait.id, in_title=True, sign=number), [sign])
            self._book.add(Mark(trait.id, role=EXCEPTS), trait.but_not)
            self._book.add(Mark(trait.id, role=EXCLUDES), trait.not_with)
        self._book.add(Mark(role=DENIES), negation.after)
        self._book.add(Mark(role=CANCELS), negation.far)
        self._book.close()
        marks, number_of = self._book.marks, {trait_id: number for number, trait_id in enumerate(self.trait_ids)}
        self._trait_of = np.array([number_of.get(mark.trait_id, _NO_TRAIT) for mark in marks], dtype=np.int64)
        self._role_of = np.array([mark.role for mark in marks], dtype=np.int64)
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
        is_negated, found = self.read(tokens)
        return self._without_yielding(self._scorer.weigh(found, tokens, is_negated, categories), len(tokens.starts) - 1)

    def read(self, tokens: Tokens) -> tuple[Flags, Matches]:
        """Tell which tokens are negated, and what phrases alone show, also of traits that then weigh words or yield.

        Negated is what a word or phrase that cancels stands before, close enough and in its sentence.
        """
        places = self._book.places(tokens.ids)
        ends = self._book.match(tokens.ids, places[tokens.part[places] != SKILLS])
        role = self._role_of[ends.mark]
        of_role = [Ends(*(column[role == number] for column in ends)) for number in range(1 + EXCLUDES)]
        is_negated = self._are_negated(tokens.ids, of_role[CANCELS].end)
        shows = of_role[SHOWS]
        trait, in_title = self._trait_of[shows.mark], tokens.part[shows.start] == TITLE
        kept = (in_title | ~self._in_title_only[shows.mark]) & self._may_start(tokens.ids, shows.start, is_negated)
        kept[self._not_before.places(pair_key(trait, tokens.ids[shows.end]))[0]] = False
        kept &= ~_flagged(of_role[DENIES].start, len(tokens.ids))[shows.end]
        kept &= ~self._are_excepted(of_role[EXCEPTS], trait, shows.start)
        excludes = of_role[EXCLUDES]
        of_posting = tokens.posting[excludes.start], tokens.posting[shows.start]
        excluded = pair_key(self._trait_of[excludes.mark], of_posting[0])[~is_negated[excludes.start]]
        kept &= ~np.isin(pair_key(trait, of_posting[1]), excluded)
        for number, words in self._not_after:
            asked = np.flatnonzero(kept & (trait == number))
            kept[asked] = ~_follow(words, tokens.ids, shows.start[asked], self._window)
        return is_negated, self._strong_enough(Ends(*(column[kept] for column in shows)), tokens)

    def _are_negated(self, ids: Ids, far_ends: Ids) -> Flags:
        """Tell for each token whether it is negated, given where phrases end that cancel from further away."""
        is_negated = are_negated(ids, self._negations, self._window)
        places = np.unique(far_ends)
        for _ in range(self._reach):
            places = places[ids[np.minimum(places, len(ids) - 1)] != 0]
            is_negated[places] = True
            places = places + 1
        return is_negated

    def _may_start(self, ids: Ids, places: Ids, is_negated: Flags) -> Flags:
        """Tell where phrases may start: not negated, or negations themselves."""
        may_start: Flags = ~is_negated[places]
        asked = np.flatnonzero(~may_start & self._negations.has(ids[places]))
        # "no fluff, no AI": the same negation again denies nothing
        may_start[asked] = ~_follow(self._negations, ids, places[asked], self._window, but_itself=True)
        return may_start

    def _are_excepted(self, around: Ends, trait: Ids, start: Ids) -> Flags:
        """Tell which phrases stand within others that take their meaning away."""
        length = around.end - around.start
        spans = pair_key(np.repeat(self._trait_of[around.mark], length), span_places(around.start, length))
        return np.isin(pair_key(trait, start), spans)

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


def _flagged(places: Ids, n: int) -> Flags:
    """Give flags of `n` places and one behind them, set at `places`."""
    flags = np.zeros(n + 1, dtype=bool)
    flags[places] = True
    return flags


def _follow(words: WordSet, ids: Ids, places: Ids, window: int, *, but_itself: bool = False) -> Flags:
    """Tell before which places one of the words stands, within the window and its sentence; `but_itself`: another one."""
    follows, is_open = np.zeros(len(places), dtype=bool), np.ones(len(places), dtype=bool)
    for offset in range(1, window + 1):
        is_open &= (places >= offset) & (ids[places - offset] != 0)
        before = ids[places - offset]
        follows |= is_open & words.has(before) & (before != ids[places] if but_itself else True)
    return follows
