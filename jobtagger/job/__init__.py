"""The scheduled job over scraped listings."""
