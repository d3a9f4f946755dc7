"""`python -m jobtagger.cli`, for places without the installed script."""

from jobtagger.cli import main

main()
