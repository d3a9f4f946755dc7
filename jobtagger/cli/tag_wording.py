"""The words around a batch run and the columns of a file, in English and French."""

WORDING = {
    "en": {
        "categories": "category",
        "levels": "risk level",
        "languages": "language",
        "renamed": "note: the input has a column of that name already, so ours is called {name}",
        "left_out_rejected_rows": "note: {name} was left out: it holds rejected rows of another run; name it to read it",
        "stopped": "jobtagger: stopped; what was done is kept, go on with --resume",
        "stopped_early": "jobtagger: stopped; nothing was written",
        "stopped_output": "jobtagger: stopped; the rows on standard output end early, and cannot be gone on with",
        "left_out_no_rows": "note: {name} was left out: it has no rows",
        "left_out_no_parquet": "note: {name} was left out: its name is none of Parquet (.parquet, .parq, .pq)",
        "sheets_left_out": "note: {name}: of its sheets {sheet} was read; not read: {others} (save them as files of their own)",
        "lists_left_out": "note: {name}: lists in it that were not read: {others} (save them as files of their own)",
        "by_content_note": 'note: {name}: "{column}" was read as the {field}: no name says so, but it alone holds long texts on what'
        " the titles name; --{field} decides instead",
        "no_description": "note: {name}: no column with descriptions was found, so titles decide alone; not read:"
        " {unread}; if one of them holds the text of the postings, name it with --description",
        "no_title": "note: {name}: no column with titles was found; not read: {unread}; if one of them holds the"
        " titles, name it with --title",
        "guessed": "note: encoding guessed: {guesses}; --encoding decides instead",
        "guess": "{encoding}, {percent} sure, for {name}",
        "format": "Format",
        "packed": "{packing}, unpacked on the way",
        "encoding": "Encoding",
        "sure": "{percent} sure: {reason}",
        "delimiter": "Delimiter",
        "sheet": "Sheet",
        "other_sheets": "{sheet}; not read: {others}",
        "list": "List",
        "lists_unread": "not read: {others}",
        "layout": "Layout",
        "no_layout": "of no known board",
        "columns": "Columns",
        "not_read": "{n} columns, of which {read} are read by the tagger; all come through",
        "title": "Title",
        "description": "Description",
        "skills": "Skills",
        "listing_id": "Listing's id",
        "none": "no column found; name it with --{field}",
        "none_id": "no column found; rows are known by their number",
        "by_option": "named by you",
        "by_layout": "by the layout {id} of sources.toml",
        "by_names": "its name is known (sources.toml, aliases and headers)",
        "by_content": "its name is not known; it alone holds long texts on what the titles name",
        "then": "where it is empty: {columns}",
        "example": "first row: {text}",
    },
    "fr": {
        "categories": "catégorie",
        "levels": "niveau de risque",
        "languages": "langue",
        "renamed": "note : l'entrée a déjà une colonne de ce nom, la nôtre s'appelle {name}",
        "left_out_rejected_rows": "note : {name} est laissé de côté : ce sont les lignes rejetées d'un autre passage ;"
        " le nommer pour le lire",
        "stopped": "jobtagger : arrêté ; ce qui est fait est gardé, reprendre avec --resume",
        "stopped_early": "jobtagger : arrêté ; rien n'a été écrit",
        "stopped_output": "jobtagger : arrêté ; les lignes sur la sortie standard s'arrêtent là, sans reprise possible",
        "left_out_no_rows": "note : {name} est laissé de côté : il n'a pas de lignes",
        "left_out_no_parquet": "note : {name} est laissé de côté : son nom n'est pas de Parquet (.parquet, .parq, .pq)",
        "sheets_left_out": "note : {name} : seule la feuille {sheet} a été lue ; non lues : {others} (à enregistrer chacune comme fichier)",
        "lists_left_out": "note : {name} : listes qui n'ont pas été lues : {others} (à enregistrer chacune comme fichier)",
        "by_content_note": "note : {name} : « {column} » a été lue comme champ {field} : son nom ne le dit pas, mais elle seule"
        " contient de longs textes sur ce que nomment les titres ; --{field} en décide autrement",
        "no_description": "note : {name} : aucune colonne de descriptions trouvée, les titres décident donc seuls ; non"
        " lues : {unread} ; si l'une d'elles contient le texte des annonces, la nommer avec --description",
        "no_title": "note : {name} : aucune colonne de titres trouvée ; non lues : {unread} ; si l'une d'elles"
        " contient les titres, la nommer avec --title",
        "guessed": "note : encodage deviné : {guesses} ; --encoding en décide autrement",
        "guess": "{encoding}, sûr à {percent}, pour {name}",
        "format": "Format",
        "packed": "{packing}, décompressé au passage",
        "encoding": "Encodage",
        "sure": "sûr à {percent} : {reason}",
        "delimiter": "Séparateur",
        "sheet": "Feuille",
        "other_sheets": "{sheet} ; non lues : {others}",
        "list": "Liste",
        "lists_unread": "non lues : {others}",
        "layout": "Modèle",
        "no_layout": "d'aucun site connu",
        "columns": "Colonnes",
        "not_read": "{n} colonnes, dont {read} lues par l'outil ; toutes sont conservées",
        "title": "Titre",
        "description": "Description",
        "skills": "Compétences",
        "listing_id": "Identifiant",
        "none": "aucune colonne trouvée ; la nommer avec --{field}",
        "none_id": "aucune colonne trouvée ; les lignes sont connues par leur numéro",
        "by_option": "nommée par vous",
        "by_layout": "par le modèle {id} de sources.toml",
        "by_names": "son nom est connu (sources.toml, aliases et headers)",
        "by_content": "nom inconnu ; elle seule contient de longs textes sur ce que nomment les titres",
        "then": "si elle est vide : {columns}",
        "example": "première ligne : {text}",
    },
}

REASONS_FR = {
    "{what} in the first {n:,} bytes": "{what} dans les {n} premiers octets",
    "nothing but ASCII": "rien que de l'ASCII",
    "valid UTF-8": "UTF-8 valide",
    "{share:.0f}% of what is not ASCII is valid UTF-8": "{share:.0f} % de ce qui n'est pas ASCII est de l'UTF-8 valide",
    "{share:.0f}% of what is not ASCII stands where {language} has it": "{share:.0f} % de ce qui n'est pas ASCII est à sa place"
    " {language}",
    "French": "en français",
    "Spanish or Catalan": "en espagnol ou en catalan",
    "Portuguese": "en portugais",
    "German": "en allemand",
    "Italian": "en italien",
    "Dutch": "en néerlandais",
    "Swedish, Danish or Norwegian": "en suédois, en danois ou en norvégien",
    "Polish": "en polonais",
    "Czech or Slovak": "en tchèque ou en slovaque",
    "Hungarian": "en hongrois",
    "Romanian": "en roumain",
    "Croatian or Slovenian": "en croate ou en slovène",
    "Turkish": "en turc",
    "Lithuanian": "en lituanien",
    "Latvian": "en letton",
    "Estonian or Finnish": "en estonien ou en finnois",
    "{names} would do as well": "possible aussi : {names}",
    "none fits": "aucun ne convient",
    "the commonest one on Western systems": "le plus courant sur les systèmes occidentaux",
    "charset-normalizer, from what is not ASCII": "charset-normalizer, d'après ce qui n'est pas ASCII",
    "byte order mark": "marque d'ordre des octets",
    "every other byte is zero": "un octet sur deux est nul",
    'the first line says "sep={sign}"': "la première ligne dit « sep={sign} »",
    "one column": "une seule colonne",
    "nothing in the header parts it": "rien dans l'en-tête ne la sépare",
    "the {name} parts the header into {n} cells, and {share:.0f}% of the first rows": "{name} : sépare l'en-tête en {n} cellules,"
    " et {share:.0f} % des premières lignes",
    "comma": "virgule",
    "semicolon": "point-virgule",
    "tab": "tabulation",
    "bar": "barre verticale",
}
"""Why an encoding or a delimiter was taken, in French by the English sentence."""

COUNTED = {
    "en": {
        "tagged": ("{n} row tagged", "{n} rows tagged"),
        "rejected": ("{n} rejected", "{n} rejected"),
        "duplicates": ("{n} duplicate", "{n} duplicates"),
        "review": ("{n} to review", "{n} to review"),
        "more": ("{n} more", "{n} more"),
        "see_rejected": ("{n} row was rejected, see {file}", "{n} rows were rejected, see {file}"),
        "cut": (
            "note: {n} cell was longer than a spreadsheet holds and was cut; write .csv or .parquet to keep it",
            "note: {n} cells were longer than a spreadsheet holds and were cut; write .csv or .parquet to keep them",
        ),
    },
    "fr": {
        "tagged": ("{n} ligne traitée", "{n} lignes traitées"),
        "rejected": ("{n} rejetée", "{n} rejetées"),
        "duplicates": ("{n} doublon", "{n} doublons"),
        "review": ("{n} à relire", "{n} à relire"),
        "more": ("{n} autre", "{n} autres"),
        "see_rejected": ("{n} ligne a été rejetée, voir {file}", "{n} lignes ont été rejetées, voir {file}"),
        "cut": (
            "note : {n} cellule dépassait ce que contient un tableur et a été coupée ;"
            " écrire en .csv ou .parquet pour la garder",
            "note : {n} cellules dépassaient ce que contient un tableur et ont été coupées ;"
            " écrire en .csv ou .parquet pour les garder",
        ),
    },
}
"""What is said of one and of several."""


def counted(language: str, key: str, n: int, **values: str) -> str:
    """Say a number of things; none is singular in French, as one is."""
    is_one = n < 2 if language == "fr" else n == 1
    return COUNTED[language][key][not is_one].format(n=n, **values)
