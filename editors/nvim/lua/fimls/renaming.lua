--- Names that fimls proposes, given by the language server that renames across files.

local compat = require("fimls.compat")

local M = {}

local METHOD = "textDocument/rename"

---Return the client that renames in a buffer, if there is one beside fimls.
---@param buf integer
function M.provider(buf)
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = buf, method = METHOD })) do
    if client.name ~= "fimls" then
      return client
    end
  end
end

---Tell the server whether somebody else renames in a buffer, each time that may be another one.
function M.attach(client, buf)
  local told = nil
  local function tell(leaving)
    local provider = M.provider(buf)
    local is_there = provider ~= nil and provider.id ~= leaving
    if is_there ~= (told or false) and not compat.is_stopped(client) then
      told = is_there
      local document = { uri = vim.uri_from_bufnr(buf) }
      local said = { textDocument = document, isThere = is_there }
      compat.notify(client, "fimls/didFindRenameProvider", said)
    end
  end
  vim.api.nvim_create_autocmd({ "LspAttach", "LspDetach" }, {
    group = vim.api.nvim_create_augroup("fimls.renaming." .. buf, {}),
    buffer = buf,
    callback = function(event)
      tell(event.event == "LspDetach" and event.data.client_id or nil)
    end,
  })
  tell()
end

---Have the buffer's provider give a name.
---@param command lsp.Command with a document's URI, a position as fimls counts it, and the name
---@param ctx { client_id: integer }
function M.rename(command, ctx)
  local uri, position, name = unpack(command.arguments)
  local buf = vim.uri_to_bufnr(uri)
  local provider, client = M.provider(buf), vim.lsp.get_client_by_id(ctx.client_id)
  if not provider or not client then
    return require("fimls.status").say("fimls: no language server renames here any more: start it again, and rename.")
  end
  local line = vim.api.nvim_buf_get_lines(buf, position.line, position.line + 1, false)[1] or ""
  local byte = compat.byte(line, client.offset_encoding, position.character)
  local character = compat.character(line, provider.offset_encoding, byte)
  local params = {
    textDocument = { uri = uri },
    position = { line = position.line, character = character },
    newName = name,
  }
  compat.request(provider, METHOD, params, function(failure, edit)
    if failure or not edit then
      local why = failure and failure.message or "it changes nothing"
      local says = "fimls: %s does not rename (%s): rename by hand."
      require("fimls.status").say(says:format(provider.name, why))
    else
      vim.lsp.util.apply_workspace_edit(edit, provider.offset_encoding)
    end
  end, buf)
end

vim.lsp.commands["fimls.rename"] = M.rename

return M
