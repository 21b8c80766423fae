"""Many editors at one server: listeners, who may enter, tenants, and fairness between them."""

from fimls.hub.hub import Hub

__all__ = ["Hub"]
