"""The scheduled job over scraped listings."""

from jobtagger.job.config import read_config
from jobtagger.job.run_job import RunOptions, RunReport, World, run_job
from jobtagger.job.settings import Settings

__all__ = ["RunOptions", "RunReport", "Settings", "World", "read_config", "run_job"]
