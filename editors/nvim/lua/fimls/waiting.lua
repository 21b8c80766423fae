--- While an engine is slow: that a suggestion is being written, and the suggestion once it can come.
---
--- Neither this Neovim nor the next one asks again before the next keystroke. So a first answer that
--- comes too late, because the engine still loads, would never be seen.

local M = {}

local METHOD = "textDocument/inlineCompletion"
local namespace = vim.api.nvim_create_namespace("fimls.waiting")

---@type { buf: integer, id: integer }? the request that is waited for
local waited

---@type table<integer, string> state of the server when it was told last, by client
local states = {}

---Show behind the line that a suggestion is being written, where that takes longer than this.
---@param group integer autocommand group
---@param patience_ms integer|false
function M.watch(group, patience_ms)
  if not patience_ms then
    return
  end
  vim.api.nvim_create_autocmd("LspRequest", {
    group = group,
    callback = function(event)
      local request, id = event.data.request, event.data.request_id
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if request.method ~= METHOD or not client or client.name ~= "fimls" then
        return
      elseif request.type == "pending" then
        waited = { buf = request.bufnr, id = id }
        vim.defer_fn(function()
          M._show(id)
        end, patience_ms)
      elseif waited and waited.id == id then
        M._hide()
      end
    end,
  })
  vim.api.nvim_create_autocmd({ "TextChangedI", "CursorMovedI", "InsertLeave", "BufLeave" }, {
    group = group,
    callback = M._hide,
  })
end

---Ask again at the cursor if the server can answer now, or its answer came too late for the last one.
---@param client_id integer
---@param state string as `$/fimls/status` has it
---@param cause? string
function M.told(client_id, state, cause)
  local before = states[client_id]
  states[client_id] = state
  local is_back = state == "ready" and before ~= nil and before ~= "ready"
  if is_back or (cause == "DeadlineError" and before ~= state) then
    vim.schedule(M._again)
  end
end

function M._again()
  local buf = vim.api.nvim_get_current_buf()
  local is_here = #vim.lsp.get_clients({ bufnr = buf, name = "fimls" }) > 0
  local fimls = require("fimls")
  if is_here and vim.fn.mode() == "i" and fimls.is_enabled(buf) and not fimls.display().shown(buf) then
    fimls.display().again(buf)
  end
end

function M._show(id)
  if not waited or waited.id ~= id or vim.fn.mode() ~= "i" then
    return
  end
  local buf = vim.api.nvim_get_current_buf()
  if buf == waited.buf then
    local row = vim.api.nvim_win_get_cursor(0)[1] - 1
    local words = { { " fimls is writing ...", "FimlsGhost" } }
    vim.api.nvim_buf_set_extmark(buf, namespace, row, 0, { virt_text = words, virt_text_pos = "eol" })
  end
end

function M._hide()
  if waited and vim.api.nvim_buf_is_valid(waited.buf) then
    vim.api.nvim_buf_clear_namespace(waited.buf, namespace, 0, -1)
  end
  waited = nil
end

return M
