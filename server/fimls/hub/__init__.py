"""Many editors at one server: listeners, who may enter, tenants, and fairness between them.

`fimls.hub.hub` puts it together; `fimls.hub.connect_bridge` is an editor's end, and runs anywhere.

It knows `backend`, `completion`, `context`, `logs`, `lsp`, `metrics`, `prompt`, `refactor`,
`settings` and `text`.
"""
