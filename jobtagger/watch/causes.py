"""What went wrong with a source, in French: the store keeps the causes as the job wrote them, in English.

What a server, a database or the operating system said stays as they said it.
"""

import re
from functools import partial

_CAUSES = (
    (r"is no folder, or cannot be reached", "n'est pas un dossier, ou est inaccessible"),
    (r"no such file(?=;|$)", "ce fichier n'existe pas"),
    (r"no such database", "cette base n'existe pas"),
    (r"cannot be read: ", "illisible : "),
    (r"cannot be reached: ", "inaccessible : "),
    (r"has a header and no rows", "a un en-tête et aucune ligne"),
    (r"no text column found; name it in the source's columns, such as (.+?); columns: ",
     r"aucune colonne de texte trouvée ; la nommer dans les colonnes de la source, par exemple \2 ; colonnes : "),
    (r'no column (".*?"); columns: ', r"pas de colonne \2 ; colonnes : "),
    (r"the server answered (\d+)", r"le serveur a répondu \2"),
    (r"no answer within ([\d.]+) s", r"pas de réponse en \2 s"),
    (r"was not there in full after ([\d.]+) s", r"n'était pas là en entier après \2 s"),
    (r"the answer broke off after (\d+) of (\d+) bytes", r"la réponse s'est interrompue après \2 octets sur \3"),
    (r"the answer broke off: ", "la réponse s'est interrompue : "),
    (r"is larger than ([\d.]+) MB \(max_mb in the configuration\)", r"dépasse \2 Mo (max_mb dans la configuration)"),
    (r"leads to an address that is not http", "mène à une adresse qui n'est pas en http"),
    (r"the address, or a header, holds signs that HTTP does not allow",
     "l'adresse, ou un en-tête, contient des signes que HTTP n'admet pas"),
    (r"the answer is no JSON \((\d+) bytes\)", r"la réponse n'est pas du JSON (\2 octets)"),
    (r"the answer is no JSON \((\d+) bytes, said to be (\S+)\)",
     r"la réponse n'est pas du JSON (\2 octets, annoncés comme \3)"),
    (r"the answer holds no list of records; name its path with ",
     "la réponse ne contient pas de liste d'annonces ; nommer son chemin par "),
    (r"the answer holds no list of records; at ", "la réponse ne contient pas de liste d'annonces ; chemin : "),
    (r"names a next page at another host, which must not see our headers",
     "nomme une page suivante sur un autre serveur, qui ne doit pas voir nos en-têtes"),
    (r"has more than (\d+) pages \(max_pages of its paging\)", r"a plus de \2 pages (max_pages de son paging)"),
    (r"is no RSS or Atom feed that can be read", "n'est pas un flux RSS ou Atom lisible"),
    (r"is left alone until (\S+) after (\d+) failures in a row",
     r"est laissée en paix jusqu'à \2 après \3 échecs de suite"),
    (r"the environment has no variable (\w+); set it before the run",
     r"l'environnement n'a pas de variable \2 ; la définir avant l'exécution"),
    (r"the database cannot be used: ", "la base est inutilisable : "),
    (r"was asked to stop; the next run goes on", "on lui a demandé d'arrêter ; la prochaine exécution continue"),
    (r"the clock says (\S+), but a run was at (\S+) already; that time is taken",
     r"l'horloge dit \2, mais une exécution en était déjà à \3 ; cette heure est retenue"),
    (r"ended without a word \(killed, or the machine stopped\); run (\d+) went on",
     r"finie sans un mot (tuée, ou machine arrêtée) ; l'exécution \2 a continué"),
    (r"broke off: ", "interrompue : "),
)  # fmt: skip
_SIGNS = {": ": " : ", "; ": " ; ", "": ""}
_FRENCH = [(re.compile(rf"(^|: |; ){english}"), french) for english, french in _CAUSES]  # group 1 is the sign before it


def cause(message: str, language: str) -> str:
    """Word causes in a language; what is not known stays as it is."""
    if language == "fr":
        for english, french in _FRENCH:
            message = english.sub(partial(_worded, french), message)
    return message


def _worded(french: str, found: re.Match[str]) -> str:
    return _SIGNS[found[1]] + found.expand(french)
