"""The errors a user can meet.

JobtaggerError
├── KnowledgeError      a knowledge file is wrong
├── InputError          an input cannot be read, or an output cannot be written
│   ├── NoRowsError     a whole input without a row
│   └── StoppedError    a run was ended from outside; what was done before is as it was
│       ├── WriteError      the system refused a write, as on a full disk
│       └── WorkerError     a worker process died
├── ModelError          the model folder is missing, altered or of another version
├── TrainingDataError   training rows are wrong
└── ConfigError         the configuration of the scheduled job is wrong

Each message says where, what, and what to do. The command line prints it as one line and exits with 1.
Wrong arguments from a programmer stay `ValueError`.
"""


class JobtaggerError(Exception):
    """Anything that is wrong with what the user gave us."""


class KnowledgeError(JobtaggerError):
    """One or more knowledge files are wrong; `problems` holds all of them, each as "file: place: what"."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class InputError(JobtaggerError):
    """An input cannot be read at all, or an output cannot be written."""


class NoRowsError(InputError):
    """An input is whole and has no rows; among several it is passed over."""


class StoppedError(InputError):
    """A run was ended by what neither its inputs nor its options are to blame for; what was done before is as it was."""


class WriteError(StoppedError):
    """The system refused a write."""


class WorkerError(StoppedError):
    """A worker process died."""


class ModelError(JobtaggerError):
    """The model folder is missing, altered, or does not fit this version."""


class TrainingDataError(JobtaggerError):
    """The training rows are wrong."""


class ConfigError(JobtaggerError):
    """The configuration of the scheduled job is wrong."""
