"""Looking after the scheduled job: its health, alerts, observed trends, and corrections by people."""
