"""The words of `jobtagger doctor`, in English and French."""

WORDING = {
    "en": {
        "knowledge": "knowledge {digest}: {categories} categories, {statements} statements, {traits} traits,"
        " {advice} pieces of advice",
        "model": "model {digest}: {postings} training postings, {words} words",
        "own": "categories of your own, without a risk level: {names}",
        "well": "all is well",
    },
    "fr": {
        "knowledge": "connaissances {digest} : {categories} catégories, {statements} énoncés, {traits} traits,"
        " {advice} conseils",
        "model": "modèle {digest} : {postings} annonces d'entraînement, {words} mots",
        "own": "catégories à vous, sans niveau de risque : {names}",
        "well": "tout va bien",
    },
}
