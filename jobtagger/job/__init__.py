"""The scheduled job over scraped listings."""

from jobtagger.job.config import Settings, read_config
from jobtagger.job.run_job import RunReport, run_job

__all__ = ["RunReport", "Settings", "read_config", "run_job"]
