"""What concerns people is masked; what tells of the job is not."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobtagger.job.privacy import mask_address, mask_text
from jobtagger.pieces import split

MASKED = [
    ("write to jean.dupont+jobs@mail.exemple.fr please", "write to ***@*** please"),
    ("a_b [at] example [dot] com", "***@***"),
    ("a_b(at)example.com", "***@***"),
    ("jean arobase exemple point fr", "***@***"),
    ("anna at example dot com", "***@***"),
    ("anna (AT) example (DOT) com.", "***@***."),
    ("mail anna @ example.com now", "mail ***@*** now"),
    ("anna AROBASE example POINT fr", "***@***"),
    ("anna(@)example.com", "***@***"),
    ("anna AT example.com", "***@***"),
    ("jean dot dupont at gmail dot com", "***@***"),
    ("anna at gmail.com", "***@***"),
    ("apply at https://b.example/?email=anna%40example.com&id=1", "apply at https://b.example/?email=***@***&id=1"),
    ("1 (555) 123-4567", "***"),
    ("1-555-123-4567", "***"),
    ("(555)123-4567", "***"),
    ("044 123 45 67", "***"),
    ("0470 12 34 56", "***"),
    ("call +33 6 12 34 56 78 today", "call *** today"),
    ("06 12 34 56 78", "***"),
    ("06.12.34.56.78.", "***."),
    ("0612345678", "***"),
    ("(555) 123-4567", "***"),
    ("555-123-4567", "***"),
    ("+1 (555) 123 4567", "***"),
    ("+44 20 7946 0958", "***"),
    ("0049 30 1234567", "***"),
    ("WhatsApp: 9876543210", "WhatsApp: ***"),
    ("see https://x.example/a?id=5&token=abc#top", "see https://x.example/a?id=5&token=***#top"),
    ("https://x.example/?k=abcdefabcdef0123456789abcdefabcdef", "https://x.example/?k=***"),
    ("https://me:secret@x.example/a", "https://***@x.example/a"),
]
KEPT = [
    "budget 1 000 000 EUR, or 10,000,000 rows",
    "from 2022-2025, on 2024-01-15 at 10:00",
    "1500-2000 USD, later 2000-3000 EUR",
    "9876543210 rows in 12345678901 files",
    "version 3.11.7, port 8080, 192.168.100.200",
    "we work at night, look at example.com, meet at the office",
    "Senior dev @ Acme. We build, join us (at) Acme. We are many",
    "price @ 5.50 each, 10 000 - 15 000, on 2024-01-15 10:30",
    "le signe arobase et le point final",
    "https://b.example/view?author=anna&sid=3&session=spring",
    "look at the dot in the corner; at the point of it",
    "@media rules, C++ and #hashtags",
    "https://board.example/jobs/123456789012?page=2&sort=new",
]


@pytest.mark.parametrize(("text", "masked"), MASKED)
def test_contacts_and_secrets_are_masked(text, masked):
    """Addresses, also spelled out, numbers as people write them, secrets in links."""
    assert masked == mask_text(text)


@pytest.mark.parametrize("text", KEPT)
def test_what_tells_of_the_job_is_kept(text):
    """Budgets, dates, versions, counts and plain links stay."""
    assert text == mask_text(text)


@given(st.text(alphabet=st.sampled_from("ab1 09.-+()@/?=&#:%[]\n\u00e9tokensig"), max_size=80))
def test_masking_twice_is_masking_once(text):
    """Any text: a second pass changes nothing, so that a tag made from the store is the first one."""
    once = mask_text(text)

    assert once == mask_text(once)


@given(
    st.lists(st.sampled_from(["a", "b.aa", "@", " at ", "(at)", " dot ", "com", ".", " ", "+", "-", "gmail", "%40"]))
)
def test_masking_spelled_addresses_twice_is_masking_once(parts):
    """Pieces of spelled-out addresses in any order, which a reader of signs alone would hardly make."""
    once = mask_text("".join(parts))

    assert once == mask_text(once)
    assert mask_address(mask_address("".join(parts))) == mask_address("".join(parts))


@pytest.mark.parametrize("piece", ["a.b-", "x at ", "a @ b ", "a at b dot ", "x%40", "a+"])
def test_masking_takes_no_endless_time(piece):
    """Long texts made of nearly an address."""
    began = time.process_time()
    mask_address(mask_text(piece * 20_000 + "@"))

    assert time.process_time() - began < 5


@given(st.from_regex(r"[a-z0-9._+-]{1,20}@[a-z0-9-]{1,15}(\.[a-z]{2,6}){1,2}", fullmatch=True), st.text(max_size=30))
def test_no_mail_address_comes_through(address, around):
    """Whatever stands around it, a mail address is gone."""
    masked = mask_text(f"{around} {address} {around}")

    assert address not in masked
    assert not re.search(r"[a-z0-9]@[a-z0-9-]+\.[a-z]{2,6}\b", masked.replace(around, ""))


def test_masks_hold_no_words():
    """What stands in place of a contact tells the tagger nothing."""
    assert [] == split("***@*** ***")


def test_addresses_stay_known():
    """Of a listing's address only secrets go: its id stays, however long and strange."""
    assert "https://x/j?jk=0123456789abcdef0123456789abcdef" == mask_address(
        "https://x/j?jk=0123456789abcdef0123456789abcdef"
    )
    assert "https://x/j?sid=***&jk=1" == mask_address("https://x/j?sid=77ab99&jk=1")
    for kept in ("https://x/j?sid=77", "https://x/?author=anna&authority=b", "https://x/?session=spring&secretary=yes"):
        assert kept == mask_address(kept)
    assert "https://x/?email=***@***&id=1" == mask_address("https://x/?email=anna%40b.com&id=1")
    assert "mailto:***@***?subject=x" == mask_address("mailto:anna@b.com?subject=x")
    assert "tel:***" == mask_address("tel:+33612345678")
    assert "id 7" == mask_address("id 7")
