"""Whether an address is this machine: no proxy leads there, and text that goes there stays."""

from __future__ import annotations

import ipaddress


def is_localhost(host: str) -> bool:
    """Whether a name means this machine wherever it is used."""
    name = host.removesuffix(".")
    return name == "localhost" or name.endswith(".localhost")


def is_this_machine(host: str) -> bool:
    """Whether a host, a name or a number, is this machine; other names are not looked up."""
    if is_localhost(host):
        return True
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return False
    address = getattr(address, "ipv4_mapped", None) or address  # Python's own looks at IPv4 alone
    return address.is_loopback or address.is_unspecified
