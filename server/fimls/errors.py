"""Every error that fimls raises on purpose.

::

    FimlsError              one sentence for a person: what is wrong and what to do
    ├── ConfigurationError  a setting or file cannot be used
    ├── TemplateError       the served model and the FIM template do not fit
    ├── TokenizerError      the served model's tokenizer cannot be had
    ├── BackendError        the engine did not give an answer
    │   ├── BackendUnreachable   nothing listens, or the connection broke
    │   ├── BackendUnauthorised  the API key is missing or wrong
    │   ├── BackendUnpaid        the account at a hosted engine has nothing left
    │   ├── BackendForbidden     no engine is left that this text may be sent to
    │   │   └── ConsentNeeded    the user has not said yet whether it may go to a hosted one
    │   ├── BackendBusy          the engine has no room now; the same request may pass later
    │   ├── BackendReplaced      another model is served than the prompt was made for
    │   ├── BackendRejected      the engine says that the request is wrong; it will not pass later
    │   └── BackendProtocolError the answer is not what SGLang sends
    └── EngineError         starting or watching SGLang failed (fimls.engine.errors)

An expected outcome (nothing to suggest, superseded) is a value, never an exception, and
``asyncio.CancelledError`` is never wrapped.
"""

from __future__ import annotations


class FimlsError(Exception):
    """One sentence for a person: what is wrong and what to do about it."""


class ConfigurationError(FimlsError):
    """A setting or a configuration file cannot be used."""


class TemplateError(FimlsError):
    """The served model and the FIM template do not fit."""


class TokenizerError(FimlsError):
    """The served model's tokenizer cannot be had."""


class BackendError(FimlsError):
    """The engine did not give an answer."""


class BackendUnreachable(BackendError):
    """Nothing listens at the engine's address, or the connection broke."""


class BackendUnauthorised(BackendError):
    """The engine wants an API key, or another one."""


class BackendUnpaid(BackendError):
    """The account at a hosted engine has no balance, or the user's own limit is reached."""


class BackendForbidden(BackendError):
    """No engine is left that this text may be sent to."""


class ConsentNeeded(BackendForbidden):
    """The user has not said yet whether text may go to a hosted engine."""


class BackendBusy(BackendError):
    """The engine has no room now; the same request may pass later.

    Attributes:
        retry_after_s: seconds before which it is not to be asked again, where it says so.
        limits_rate: whether it has had too many requests of ours.
    """

    def __init__(
        self, message: str, *, retry_after_s: float | None = None, limits_rate: bool = False
    ) -> None:
        """`message` is the sentence."""
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.limits_rate = limits_rate


class BackendReplaced(BackendError):
    """Another model is served by now than the prompt was made for."""


class BackendRejected(BackendError):
    """The engine says that the request is wrong; asking again does not help."""


class BackendProtocolError(BackendError):
    """The answer is not what SGLang sends."""


class EngineError(FimlsError):
    """Starting or watching SGLang failed."""
