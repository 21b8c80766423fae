--- The release that this plug-in is part of; the server of the same number belongs to it.

return "0.1.0"
