"""The option --lang of every command that says something to people."""

import click

language_option = click.option(
    "--lang", type=click.Choice(["en", "fr"]), help="Language of the answer; that of the locale if left out."
)
