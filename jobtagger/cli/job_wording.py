"""The words around the scheduled job, in English and French."""

WORDING = {
    "en": {
        "source": "{name}: {n_read} read, {n_new} new ({n_reposts} reposts), {n_changed} changed, {n_unchanged} unchanged,"
        " {n_rejected} rejected",
        "retagged": ", {n_retagged} tagged again",
        "dry": "dry run: nothing was written",
        "emptied": "texts of {n} listings were deleted (keep_text_days)",
        "stopped": "stopped; what was done is kept, the next run goes on",
        "written": "{path} is written; say in it where your listings are, then: jobtagger run --dry-run",
        "exported": "{n} listings exported",
    },
    "fr": {
        "source": "{name} : {n_read} lues, {n_new} nouvelles ({n_reposts} republiées), {n_changed} modifiées,"
        " {n_unchanged} inchangées, {n_rejected} rejetées",
        "retagged": ", {n_retagged} retraitées",
        "dry": "essai : rien n'a été écrit",
        "emptied": "les textes de {n} annonces ont été effacés (keep_text_days)",
        "stopped": "arrêté ; ce qui est fait est gardé, la prochaine exécution continue",
        "written": "{path} est écrit ; y dire où sont les annonces, puis : jobtagger run --dry-run",
        "exported": "{n} annonces exportées",
    },
}
