"""Which encoding a file is in, and what becomes of bytes that are not in it: a row is lost, never a letter in silence."""

import json

import pytest
import zstandard

from jobtagger.batch import ReadOptions, RunOptions, tag_file
from jobtagger.batch.encodings import find_encoding
from jobtagger.batch.reading import open_table
from jobtagger.batch.streams import HEAD_SIZE, InputStream
from jobtagger.errors import InputError

TITLES = [f"Création d'un très bel été à Nîmes, {number} €" for number in range(12_000)]


def _read(path, sources, **options):
    with open_table(str(path), ReadOptions(**options), sources) as table:
        rows = [tuple(row) if isinstance(row, list) else row.reason for row in table.rows]
        return table, rows


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-16"])
def test_all_ends_of_line_in_all_encodings(tmp_path, knowledge, end, encoding):
    """A large file whose lines end as on an old Macintosh is read like any other."""
    text = end.join(["title;n", *(f"{title};1" for title in TITLES)])
    (tmp_path / "in.csv").write_bytes(text.encode(encoding))

    table, rows = _read(tmp_path / "in.csv", knowledge.sources)

    assert encoding == table.shape.encoding.name
    assert [(title, "1") for title in TITLES] == rows


def test_a_single_line_of_utf8_with_one_bad_record(tmp_path, knowledge):
    """A document of one line, nearly all of it UTF-8, stays UTF-8; the other record is rejected with its byte."""
    good, bad = (json.dumps({"title": title}, ensure_ascii=False) for title in ("Développeur été", "Créer"))
    parts = [good.encode()] * 5 + [bad.encode("cp1252")] + [good.encode()] * 5
    (tmp_path / "in.json").write_bytes(b"[" + b", ".join(parts) + b"]")

    rows = _read(tmp_path / "in.json", knowledge.sources)[1]

    assert [("Développeur été",)] * 5 == rows[:5] == rows[6:]
    assert "byte 0xE9 is not utf-8; say --encoding if the whole file is in another" == rows[5]


def test_a_head_that_ends_within_a_letter_is_utf8():
    """Where the part that is looked at cuts a letter in two, that says nothing about the encoding."""
    for shift in range(4):
        head = ("x" * shift + "é€𝄞" * HEAD_SIZE).encode()[:HEAD_SIZE]
        assert "utf-8" == find_encoding("f", head, "").name


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_half_a_character_of_utf16_costs_its_row(tmp_path, knowledge, encoding, form):
    """A half surrogate pair is not replaced in silence."""
    bad = "Logo \ud83d x"
    titles = ["Logo 😀", bad, "Site"]
    if form == "csv":
        text = "\n".join(["title", *titles])
    else:
        text = "[" + ",".join(f'{{"title": "{title}"}}' for title in titles) + "]"
    (tmp_path / f"in.{form}").write_bytes(text.encode(encoding, "surrogatepass"))

    first, rejected, last = _read(tmp_path / f"in.{form}", knowledge.sources)[1]

    assert (("Logo 😀",), ("Site",)) == (first, last)
    assert rejected.startswith("byte 0x")
    assert f"is not {encoding}" in rejected


@pytest.mark.parametrize("encoding", ["utf-16le", "utf-16be", "utf-16", "utf-32-le", "utf-8", "utf-8-sig"])
def test_a_mark_is_no_part_of_the_first_name(tmp_path, knowledge, encoding):
    """Whether the encoding is found or named, the byte order mark does not stand in the header."""
    mark = "" if encoding in ("utf-16", "utf-8-sig") else "\ufeff"
    (tmp_path / "in.csv").write_bytes((mark + "title,n\nLogo,1\n").encode(encoding))
    (tmp_path / "in.json").write_bytes((mark + '[{"title": "Logo"}]').encode(encoding))

    for forced in (encoding, ""):
        assert ["title", "n"] == _read(tmp_path / "in.csv", knowledge.sources, encoding=forced)[0].columns
        assert [("Logo",)] == _read(tmp_path / "in.json", knowledge.sources, encoding=forced)[1]


@pytest.mark.parametrize(
    ("encoding", "message"),
    [
        ("utf-16", r"has no byte order mark; say --encoding utf-16-le or utf-16-be"),
        ("UTF_32", r"has no byte order mark; say --encoding utf-32-le or utf-32-be"),
        ("idna", "encoding idna is not known; try utf-8, cp1252 or latin-1"),
        ("punycode", "encoding punycode is not known"),
        ("undefined", "encoding undefined is not known"),
        ("rot13", "encoding rot13 is not known"),
        ("nope", "encoding nope is not known"),
    ],
)
def test_encodings_that_cannot_be_used_are_refused(tmp_path, knowledge, encoding, message):
    """An encoding that is none of files, or needs a mark that is not there, is one message with a remedy."""
    (tmp_path / "in.csv").write_bytes("title\nCréer\n".encode("cp1252"))

    with pytest.raises(InputError, match=rf"in\.csv: {message}"):
        _read(tmp_path / "in.csv", knowledge.sources, encoding=encoding)


def test_bad_bytes_of_other_encodings_cost_their_row(tmp_path, knowledge):
    """Also where two bytes are one letter, and where a bad byte is one of ASCII."""
    (tmp_path / "in.csv").write_bytes("title\n小さな\n".encode("shift_jis") + b"\x85\n" + "英語\n".encode("shift_jis"))

    rows = _read(tmp_path / "in.csv", knowledge.sources, encoding="shift_jis")[1]

    assert [("小さな",), ("英語",)] == [rows[0], rows[2]]
    assert rows[1].startswith("byte 0x85 is not shift_jis")


FRENCH = "Développeur à Orléans – 5€\nCréation d’un très bel été, où ça ? Là-bas !\nDEVIS À L’HEURE, coût réduit\n"
PORTUGUESE = "Criação de logótipo não é difícil\nEdição de vídeos, três por mês, até às 18h\nPreciso de alguém já com experiência\n"
SPANISH = "Diseño de página web para niños\n¿Cuánto cuesta la traducción? Según el número de páginas\nAquí está más información\n"
GERMAN = "Übersetzung für eine größere Firma\nMöglichst günstig, später auch mehr Aufträge\nGröße der Datei: 5 MB\n"
POLISH = "Strona internetowa dla warsztatu\nSzukam grafika, który przygotuje znak\nŁódź, treści dostarczę później\n"
CZECH = "Hledám grafika, který připraví značku\nPřeklad článku, důležitá je pečlivost\n"
TURKISH = "Fırın için logo tasarımı\nŞirket için web sitesi, uzun süreli iş\n"
RUSSIAN = "Нужен дизайнер для логотипа\nПеревод статьи, десять страниц\n"
JAPANESE = "ロゴのデザインをお願いします\n小さなパン屋のための名刺\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, encoding) for text in (PORTUGUESE, SPANISH, GERMAN) for encoding in ("cp1252", "mac_roman", "cp850")),
        *((FRENCH, encoding) for encoding in ("cp1252", "mac_roman")),
        (FRENCH.replace("–", "-").replace("’", "'").replace("€", "$"), "cp850"),
        (POLISH, "cp1250"),
        (CZECH, "cp1250"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (FRENCH + PORTUGUESE + SPANISH + GERMAN, "cp1252"),
    ],
)
def test_code_pages_are_told_apart_by_few_lines(text, encoding):
    """A handful of lines is enough to know in which page their letters stand."""
    found = find_encoding("f", text.encode(encoding), "")

    assert text == text.encode(encoding).decode(found.name)
    assert 0.5 < found.confidence <= 1


@pytest.mark.parametrize("text", ["Développeur à Orléans – 5€", "café", "We’re a small team—and growing", "naïve"])
def test_the_western_page_is_taken_where_others_fit_as_well(text):
    """Of pages in which the text is the same, or as likely, the commonest is named."""
    found = find_encoding("f", text.encode("cp1252"), "")

    assert "cp1252" == found.name
    assert found.confidence <= 0.8
    assert "would do as well" in found.reason


@pytest.mark.parametrize("encoding", ["utf-32-le", "utf-32-be", "utf-16-le", "utf-16-be"])
def test_wide_encodings_need_no_mark(tmp_path, knowledge, encoding):
    """UTF-16 and UTF-32 are known by where zeros stand."""
    text = "\n".join(["title;n", *(f"{title};1" for title in TITLES[:50]), ""])
    (tmp_path / "in.csv").write_bytes(text.encode(encoding))

    table, rows = _read(tmp_path / "in.csv", knowledge.sources)

    assert encoding == table.shape.encoding.name
    assert [(title, "1") for title in TITLES[:50]] == rows


@pytest.mark.parametrize(
    ("encoding", "options", "has_mark"),
    [
        ("utf-8", {}, False), ("utf-8-sig", {}, True), ("cp1252", {}, True), ("utf-16", {}, True),
        ("utf-8", {"excel_safe": True}, True),
    ],
)  # fmt: skip
def test_what_was_made_for_a_spreadsheet_can_be_opened_by_one(tmp_path, tagger, encoding, options, has_mark):
    """Where the input was in another encoding, or is to be safe in Excel, UTF-8 is marked."""
    (tmp_path / "in.csv").write_text("title;r\u00e9f\nCr\u00e9er un logo d\u2019\u00e9t\u00e9;1\n", encoding=encoding)

    tag_file(str(tmp_path / "in.csv"), str(tmp_path / "out.csv"), tagger, run=RunOptions(**options))

    written = (tmp_path / "out.csv").read_bytes()
    assert has_mark == written.startswith(b"\xef\xbb\xbf")
    assert "Cr\u00e9er un logo d\u2019\u00e9t\u00e9" in written.decode("utf-8")


@pytest.mark.parametrize("n_bytes", [10, 20_000_000])
def test_zstd_is_handed_on_in_small_pieces(tmp_path, n_bytes):
    """A few packed bytes may be millions of line ends, which are never in memory at once."""
    text = b"title\n" + b"\n" * n_bytes
    (tmp_path / "in.csv.zst").write_bytes(zstandard.compress(text))

    with InputStream(str(tmp_path / "in.csv.zst")) as stream:
        pieces = list(iter(stream.read1, b""))

    assert text == b"".join(pieces)
    assert max(map(len, pieces)) <= 2 * HEAD_SIZE
