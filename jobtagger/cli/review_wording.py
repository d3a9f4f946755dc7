"""The words of `jobtagger review`, in English and French."""

from typing import Any

WORDING: dict[str, dict[str, Any]] = {
    "en": {
        "nothing": "There is nothing to review.",
        "place": "[{number}/{n}] {source}, listing {listing_id}{copies}",
        "copies": ", {n} listings with this text",
        "skills": "Skills: {skills}",
        "prompt": "Category (number or id; s skip, u undo, l list, q quit)",
        "unknown": '"{answer}" is no number of the list and no category{hint}',
        "ambiguous": '"{answer}" could be {names}; write more of it',
        "undone": "Taken back: {category}",
        "no_undo": "There is nothing to take back.",
        "stored": "Stored: {category}",
        "done": "{n} corrections stored, {left} left to review.",
        "exported": "{n} texts to look at; fill the column category and give it back with --import",
        "imported": "{n_stored} corrections stored, {n_known} were there already, {n_empty} rows without a category",
        "training": "{n} corrected texts; train with: jobtagger train --data {file} -o FOLDER",
        "columns": ("listing", "copies", "source", "guess", "", "or", "title"),
    },
    "fr": {
        "nothing": "Il n'y a rien à relire.",
        "place": "[{number}/{n}] {source}, annonce {listing_id}{copies}",
        "copies": ", {n} annonces avec ce texte",
        "skills": "Compétences : {skills}",
        "prompt": "Catégorie (numéro ou id ; s passer, u annuler, l liste, q quitter)",
        "unknown": "« {answer} » n'est ni un numéro de la liste ni une catégorie{hint}",
        "ambiguous": "« {answer} » peut être {names} ; écrivez-en plus",
        "undone": "Annulé : {category}",
        "no_undo": "Il n'y a rien à annuler.",
        "stored": "Noté : {category}",
        "done": "{n} corrections notées, {left} restent à relire.",
        "exported": "{n} textes à relire ; remplissez la colonne category et rendez le fichier avec --import",
        "imported": "{n_stored} corrections notées, {n_known} y étaient déjà, {n_empty} lignes sans catégorie",
        "training": "{n} textes corrigés ; entraînez avec : jobtagger train --data {file} -o DOSSIER",
        "columns": ("annonce", "copies", "source", "supposée", "", "ou", "titre"),
    },
}
