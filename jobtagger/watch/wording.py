"""What alerts say, in English and French."""

from jobtagger.knowledge.types import Text
from jobtagger.watch.causes import cause
from jobtagger.watch.checks import Finding

_FINDINGS = {
    "run_failed": Text("the last run failed: {error}", "la dernière exécution a échoué : {error}"),
    "source_error": Text(
        "could not be read in the last {n} runs: {error}",
        "n'a pas pu être lue lors des {n} dernières exécutions : {error}",
    ),
    "silent": Text(
        "nothing new for {days} days (longest wait of the weeks before: {longest})",
        "rien de nouveau depuis {days} jours (plus longue attente des semaines précédentes : {longest})",
    ),
    "rejects": Text(
        "{now} % of the rows of the last reading were rejected (usually {usual} %)",
        "{now} % des lignes de la dernière lecture ont été rejetées (d'habitude {usual} %)",
    ),
    "new_listings_fell": Text(
        "only {now} new listings in 7 days (usually {usual})",
        "seulement {now} nouvelles annonces en 7 jours (d'habitude {usual})",
    ),
    "new_listings_rose": Text(
        "{now} new listings in 7 days (usually {usual})",
        "{now} nouvelles annonces en 7 jours (d'habitude {usual})",
    ),
    "rows_read_fell": Text(
        "only {now} rows a reading in the last 7 days (usually {usual})",
        "seulement {now} lignes par lecture ces 7 derniers jours (d'habitude {usual})",
    ),
    "rows_read_rose": Text(
        "{now} rows a reading in the last 7 days (usually {usual})",
        "{now} lignes par lecture ces 7 derniers jours (d'habitude {usual})",
    ),
    "categories": Text(
        "the categories of the last 7 days are unlike those of the weeks before (effect {effect}): {moved}",
        "les catégories des 7 derniers jours ne ressemblent pas à celles des semaines précédentes (effet {effect}) : {moved}",
    ),
    "languages": Text(
        "the languages of the last 7 days are unlike those of the weeks before (effect {effect}): {moved}",
        "les langues des 7 derniers jours ne ressemblent pas à celles des semaines précédentes (effet {effect}) : {moved}",
    ),
    "reviews": Text(
        "{now} % of the new listings of 7 days need a person's look (usually {usual} %)",
        "{now} % des nouvelles annonces en 7 jours demandent un regard humain (d'habitude {usual} %)",
    ),
}
KINDS = tuple(_FINDINGS)

_JOB = Text("the job", "la tâche")
_RAISED = Text("Alert", "Alerte")
_CLEARED = Text("Over", "Terminé")
_SUBJECT = Text("jobtagger: {raised} new, {cleared} over", "jobtagger : {raised} nouvelle(s), {cleared} terminée(s)")


def sentence(finding: Finding, language: str) -> str:
    """Word a finding, such as "board-a: nothing new for 5.0 days ..."."""
    source = finding.source or _JOB.in_language(language)
    colon = " : " if language == "fr" else ": "
    facts = {name: cause(fact, language) if name == "error" else fact for name, fact in finding.facts.items()}
    return f"{source}{colon}{_FINDINGS[finding.kind].in_language(language).format(**facts)}"


def line(message: str, is_over: bool, language: str) -> str:
    """Word an alert that is raised or over."""
    word = (_CLEARED if is_over else _RAISED).in_language(language)
    return f"{word}{' : ' if language == 'fr' else ': '}{message}"


def subject(n_raised: int, n_cleared: int, language: str) -> str:
    """Word the subject of an e-mail."""
    return _SUBJECT.in_language(language).format(raised=n_raised, cleared=n_cleared)
