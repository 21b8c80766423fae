--- What the server says of itself, for statuslines, and its messages without a pop-up.

local compat = require("fimls.compat")

local M = {}

---@class fimls.Status
---@field state "off"|"stopped"|"not here"|"starting"|"ready"|"thinking"|"busy"|"failing"
---@field message? string why it is not ready
---@field engine? string where text goes

local SIGNS = {
  off = "fimls off",
  ["not here"] = "fimls -",
  stopped = "",
  starting = "fimls ...",
  ready = "fimls",
  thinking = "fimls *",
  busy = "fimls ~",
  failing = "fimls !",
}

local said = {} ---@type table<integer, fimls.Status> by client

---@type string? the sentence that was shown last, all of it
M.last = nil

---Return how things are in a buffer.
---@param buf? integer by default the current one
---@return fimls.Status
function M.get(buf)
  buf = buf or vim.api.nvim_get_current_buf()
  local client = vim.lsp.get_clients({ bufnr = buf, name = "fimls" })[1]
  if not client or compat.is_stopped(client) then
    return { state = "stopped", message = require("fimls.reasons").unserved(buf) }
  elseif not require("fimls").is_enabled(buf) then
    return { state = "off" }
  end
  for _, request in pairs(client.requests) do
    if request.type == "pending" and request.bufnr == buf then
      return { state = "thinking" }
    end
  end
  return said[client.id] or { state = "starting" }
end

---Return a few characters for a statusline; nothing where fimls does not run.
---@return string
function M.line()
  return SIGNS[M.get(vim.api.nvim_win_get_buf(vim.g.statusline_winid or 0)).state]
end

---Show the user a sentence, short enough for the screen not to stop at it.
---In insert mode Neovim would put its "-- INSERT --" over it at once: there it comes again afterwards.
function M.say(message)
  local line = message:gsub("%s+", " ")
  M.last = line
  local room, more = math.max(1, vim.v.echospace), "... (:FimlsStatus)"
  if vim.fn.strdisplaywidth(line) > room then
    line = vim.fn.strcharpart(line, 0, math.max(0, room - #more)) .. more
  end
  local chunks = { { line, "WarningMsg" } }
  vim.api.nvim_echo(chunks, true, {})
  if vim.o.showmode and vim.api.nvim_get_mode().mode:find("^[iR]") then
    local again = vim.schedule_wrap(function()
      vim.api.nvim_echo(chunks, false, {})
    end)
    vim.api.nvim_create_autocmd("InsertLeave", { once = true, callback = again })
  end
end

---What the language client does with the server's notifications.
M.handlers = {
  ["$/fimls/status"] = function(_, params, context)
    local message = params.message ~= vim.NIL and params.message or nil
    local state = params.state == "ready" and message and "not here" or params.state
    said[context.client_id] = { state = state, message = message, engine = params.engine }
    require("fimls.waiting").told(context.client_id, params.state, params.cause)
    M._changed()
  end,
  ["window/showMessage"] = function(_, params)
    M.say(params.message)
  end,
}

---Redraw statuslines whenever the state may be another one.
function M.watch(group)
  vim.api.nvim_create_autocmd("LspRequest", {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == "fimls" then
        M._changed()
      end
    end,
  })
end

function M._changed()
  vim.schedule(function()
    vim.cmd.redrawstatus({ bang = true })
    vim.api.nvim_exec_autocmds("User", { pattern = "FimlsStatus", modeline = false })
  end)
end

return M
