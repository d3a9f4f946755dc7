"""Looking after the scheduled job: its health, alerts, observed trends, and corrections by people."""

from jobtagger.watch.after_run import after_run
from jobtagger.watch.settings import WatchSettings, read_watch_settings, read_whole_config

__all__ = ["WatchSettings", "after_run", "read_watch_settings", "read_whole_config"]
