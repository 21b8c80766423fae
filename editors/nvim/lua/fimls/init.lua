--- Completions by fimls: ghost text while you type, and a key that accepts it.
---
--- Neovim 0.12 shows inline completions itself; for 0.11 `fimls.ghost` does.

local M = {}

---@class fimls.Options
---@field accept? string|false key that accepts in insert mode; false maps none
---@field debounce_ms? integer pause in typing before a completion is asked for (Neovim 0.11)
local defaults = { accept = "<Tab>", debounce_ms = 75 }

local DESCRIPTION = "Accept the fimls completion"

---Start fimls for the file types in `lsp/fimls.lua`, and show what it proposes.
---@param options? fimls.Options
function M.setup(options)
  options = vim.tbl_extend("force", defaults, options or {})
  vim.api.nvim_create_autocmd("LspAttach", {
    group = vim.api.nvim_create_augroup("fimls", {}),
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == "fimls" then
        M._attach(client, event.buf, options)
      end
    end,
  })
  vim.lsp.enable("fimls")
end

---Accept the completion that is shown.
---@return boolean accepted false if none is shown
function M.accept()
  return (vim.lsp.inline_completion or require("fimls.ghost")).get()
end

function M._attach(client, buf, options)
  if vim.lsp.inline_completion then
    vim.lsp.inline_completion.enable(true, { bufnr = buf })
  else
    require("fimls.ghost").attach(client, buf, options.debounce_ms)
  end
  if options.accept then
    M._map(buf, options.accept)
  end
  M._tell_cursor(client, buf)
end

---Tell the server where the cursor comes to rest, so that the engine can read ahead.
function M._tell_cursor(client, buf)
  vim.api.nvim_create_autocmd({ "InsertEnter", "CursorHold", "CursorHoldI", "BufEnter" }, {
    group = vim.api.nvim_create_augroup("fimls.cursor." .. buf, {}),
    buffer = buf,
    callback = function()
      if client:is_stopped() then
        return true -- the server is gone, and so is this
      end
      client:notify("fimls/didMoveCursor", vim.lsp.util.make_position_params(0, client.offset_encoding))
    end,
  })
end

---Map the key in this buffer; where nothing is shown it does what it did before.
function M._map(buf, key)
  local before = vim.api.nvim_buf_call(buf, function()
    return vim.fn.maparg(key, "i", false, true)
  end)
  if before.desc == DESCRIPTION then
    return -- the server was restarted
  end
  vim.keymap.set("i", key, function()
    if M.accept() then
      return ""
    elseif not before.lhs then
      return key
    elseif before.callback and before.expr == 1 then
      return before.callback()
    elseif before.callback then
      vim.schedule(before.callback)
      return ""
    end
    return before.expr == 1 and vim.api.nvim_eval(before.rhs) or before.rhs
  end, { buffer = buf, expr = true, desc = DESCRIPTION })
end

return M
