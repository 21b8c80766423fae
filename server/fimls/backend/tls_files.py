"""Which files the settings of an engine name for TLS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fimls.settings import EngineSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """Files in PEM; empty is none.

    Attributes:
        authorities: whose certificates are trusted beside those that the system trusts.
        certificate: shown to servers that ask who we are, those that sign it behind it.
        key: the certificate's key, where it is not in the same file.
    """

    authorities: str = ""
    certificate: str = ""
    key: str = ""

    @classmethod
    def of(cls, settings: EngineSettings) -> TlsFiles:
        """Return what the settings name; nothing is read yet."""
        return cls(
            authorities=settings.ca_file,
            certificate=settings.client_certificate_file,
            key=settings.client_key_file,
        )
