"""The words of `jobtagger status`, in English and French."""

from typing import Any

WORDING: dict[str, dict[str, Any]] = {
    "en": {
        "store": "Store {store}",
        "lag": "Last complete run {age} ago",
        "never": "No run has gone to its end yet",
        "runs": ("last runs", "outcome", "read", "new", "changed", "reposts", "rejected", "failed", "message"),
        "sources": ("source", "last read", "last new", "read", "new", "reposts", "rejected", "failures", "error"),
        "totals": "{listings} listings, {reposts} of them reposts; {to_review} texts to review, {corrected} corrected;"
        " {rejected} rejected rows kept",
        "outcomes": {"running": "running", "ok": "ok", "problems": "problems", "failed": "failed"},
        "alert": "Alert since {raised_at}: {message}",
        "well": "All is well.",
        "attention": "Needs attention: {reasons}.",
        "no_run": "there is no finished run",
        "failed": "the last run failed",
        "problems": "the last run had problems",
        "late": "the last complete run is older than {max_age} hours",
        "alerts": "there are alerts",
        "ago": "{days} d {hours} h|{hours} h {minutes} min|{minutes} min",
    },
    "fr": {
        "store": "Base {store}",
        "lag": "Dernière exécution complète il y a {age}",
        "never": "Aucune exécution n'est encore allée à son terme",
        "runs": ("exécutions", "issue", "lues", "nouv.", "modif.", "republ.", "rejets", "échecs", "message"),
        "sources": ("source", "dern. lecture", "dern. nouv.", "lues", "nouv.", "republ.", "rejets", "échecs", "erreur"),
        "totals": "{listings} annonces, dont {reposts} republications ; {to_review} textes à relire, {corrected} corrigées ;"
        " {rejected} lignes rejetées conservées",
        "outcomes": {"running": "en cours", "ok": "réussie", "problems": "problèmes", "failed": "échec"},
        "alert": "Alerte depuis {raised_at} : {message}",
        "well": "Tout va bien.",
        "attention": "À regarder : {reasons}.",
        "no_run": "aucune exécution terminée",
        "failed": "la dernière exécution a échoué",
        "problems": "la dernière exécution a eu des problèmes",
        "late": "la dernière exécution complète date de plus de {max_age} heures",
        "alerts": "il y a des alertes",
        "ago": "{days} j {hours} h|{hours} h {minutes} min|{minutes} min",
    },
}
