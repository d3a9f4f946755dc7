"""The words of `jobtagger train` and `jobtagger evaluate`, in English and French."""

WORDING = {
    "en": {
        "trained": "{folder}: model {digest} from {postings} postings, {categories} categories,"
        " held-out accuracy {accuracy:.3f}",
        "written": "{path} written",
    },
    "fr": {
        "trained": "{folder} : modèle {digest}, {postings} annonces, {categories} catégories,"
        " exactitude sur la part tenue à l'écart {accuracy:.3f}",
        "written": "{path} écrit",
    },
}
