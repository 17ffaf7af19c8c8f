"""Every error that Cuegraph raises, on one page.

CuegraphError                 code, message, hint, exit_code, retryable
├── InputError                the caller's fault
│   ├── UsageError            a wrong option, name or value
│   ├── LoaderError           a file or line that cannot be read as messages
│   ├── NotFoundError         a name or id that this namespace does not hold
│   └── LimitError            a request beyond a limit that is a setting
├── StoreError                the world's fault
│   ├── StoreUnavailableError no answer, wrong password, wrong version
│   ├── StoreFullError        no space left
│   ├── StoreStampError       the store was derived by other code, models or settings
│   └── ScrubPendingError     forgotten, but bytes may remain on disk until a reader ends
├── ModelError                a model file that is missing or damaged
└── InvariantError            ours: a state that must not be
"""

from typing import ClassVar


class CuegraphError(Exception):
    """Base of all: `message` says what was found, `hint` what to do next, in the imperative."""

    code: ClassVar[str] = "INTERNAL"
    exit_code: ClassVar[int] = 1
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"[{self.code}] {self.message} {self.hint}".rstrip()


class InputError(CuegraphError):
    """The caller's fault: the same call will fail again."""

    code = "BAD_USER_INPUT"


class UsageError(InputError):
    """A wrong option, name or value."""

    exit_code = 2


class LoaderError(InputError):
    """A file or a line that cannot be read as messages."""

    code = "LOADER"


class NotFoundError(InputError):
    """A name or id that this namespace does not hold. A foreign id and an unknown one answer alike."""

    code = "NOT_FOUND"


class LimitError(InputError):
    """A request beyond a limit; the hint names the setting."""

    code = "LIMIT"


class StoreError(CuegraphError):
    """The store's fault: it could not do what it was asked."""

    code = "STORE"


class StoreUnavailableError(StoreError):
    """No answer from the store, or one that makes no sense: address, password or version."""

    code = "STORE_UNAVAILABLE"
    exit_code = 4
    retryable = True


class StoreFullError(StoreError):
    """No space left for writing; what was acknowledged is kept."""

    code = "STORE_FULL"


class StoreStampError(StoreError):
    """The stored graph was derived by other code, models or settings than those at hand."""

    code = "STORE_STAMP"


class ScrubPendingError(StoreError):
    """Forgotten for every reader, but the bytes may stay on disk until another reader ends."""

    code = "SCRUB_PENDING"
    retryable = True


class ModelError(CuegraphError):
    """A model that is missing, damaged or of another kind than the store's."""

    code = "MODEL"


class InvariantError(CuegraphError):
    """A state that must not be: a bug of ours."""

    code = "INVARIANT"
