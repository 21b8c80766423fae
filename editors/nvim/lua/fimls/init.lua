--- Completions by fimls: ghost text while you type, and keys that accept it.
---
--- Neovim 0.12 shows inline completions itself (`fimls.native`); before that `fimls.ghost` does.

local compat = require("fimls.compat")
local status = require("fimls.status")

local M = {}

---@class fimls.Options
---@field keys? table<string, string|false>|false keys of insert mode; false maps none
---@field connect? string a hub: `unix:/PATH`, or `tls://`, `wss://`, `tcp://`, `ws://` with HOST:PORT
---@field token? string|fun(): string? shown to that hub
---@field ca? string PEM file of the authority that signed the hub's certificate
---@field filetypes? table<string, boolean> further file types, or false for one not to serve
---@field hide_with_menu? boolean whether suggestions are hidden while a completion menu is open
---@field lsp? vim.lsp.Config changes of `lsp/fimls.lua`
---@field debounce_ms? integer pause in typing before a suggestion is asked for (0.10 and 0.11)
---@field waiting_ms? integer|false what takes longer is shown as being written; false shows nothing
local defaults = {
  keys = {
    accept = "<Tab>",
    word = "<M-Right>",
    line = "<M-C-Right>",
    next = "<M-]>",
    previous = "<M-[>",
    dismiss = "<C-]>",
    trigger = "<M-Bslash>",
  },
  debounce_ms = 10,
  waiting_ms = 1000,
}

local enabled = true

---Start fimls for the file types in `lsp/fimls.lua`, and show what it proposes.
---@param options? fimls.Options
function M.setup(options)
  M.options = vim.tbl_deep_extend("force", defaults, options or {})
  vim.api.nvim_set_hl(0, "FimlsGhost", { link = "NonText", default = true })
  local group = vim.api.nvim_create_augroup("fimls", {})
  vim.api.nvim_create_autocmd("LspAttach", {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == "fimls" then
        M._attach(client, event.buf)
      end
    end,
  })
  vim.api.nvim_create_autocmd("LspDetach", {
    group = group,
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      local here = vim.lsp.get_clients({ bufnr = event.buf, name = "fimls" })
      if client and client.name == "fimls" and #here < 2 then
        require("fimls.keys").unmap(event.buf)
      end
    end,
  })
  status.watch(group)
  require("fimls.waiting").watch(group, M.options.waiting_ms)
  require("fimls.commands").create()
  require("fimls.start").start(M.options)
end

---Accept the suggestion that is shown, or its next word or line.
---@param part? "all"|"word"|"line"
---@return boolean accepted false if none is shown
function M.accept(part)
  local buf, display = vim.api.nvim_get_current_buf(), M.display()
  local shown = display.shown(buf)
  if not shown then
    return display.otherwise ~= nil and display.otherwise(part or "all")
  end
  M._now_or_soon(function()
    if vim.deep_equal(shown, display.shown(buf)) then -- else something came first
      display.show(buf, require("fimls.suggestion").accept(buf, shown, part or "all"))
    end
  end)
  return true
end

---Show the next suggestion, or with -1 the previous one.
---@param step? integer
---@return boolean shown false if none is shown
function M.select(step)
  local buf, display = vim.api.nvim_get_current_buf(), M.display()
  local shown = display.shown(buf) ~= nil
  if shown then
    display.select(buf, step or 1)
  end
  return shown
end

---Take the suggestion off.
---@return boolean dismissed false if none is shown
function M.dismiss()
  local buf, display = vim.api.nvim_get_current_buf(), M.display()
  local shown = display.shown(buf) ~= nil
  if shown then
    display.dismiss(buf)
  end
  return shown
end

---Ask for a completion now.
---@return boolean asked
function M.trigger()
  M.display().trigger(vim.api.nvim_get_current_buf())
  return true
end

---Change text now, or in a moment where that is forbidden: in a mapping that is an expression.
function M._now_or_soon(change)
  local changed, problem = pcall(change)
  if not changed and tostring(problem):find("E565") then
    vim.schedule(change)
  elseif not changed then
    error(problem, 0)
  end
end

---Whether completions are shown in a buffer.
---@param buf? integer by default the current one
function M.is_enabled(buf)
  local here = vim.b[buf or 0].fimls_enabled
  if here == nil then
    return enabled
  end
  return here
end

---Show completions or stop that, by default the other than now.
---@param on? boolean
---@param buf? integer only there; otherwise everywhere
function M.toggle(on, buf)
  if on == nil then
    on = not M.is_enabled(buf)
  end
  if buf then
    vim.b[buf].fimls_enabled = on
  else
    enabled = on
  end
  for _, client in ipairs(vim.lsp.get_clients({ name = "fimls" })) do
    for each in pairs(client.attached_buffers) do
      M._show_in(client, each)
    end
  end
  status._changed()
end

---Return a few characters for a statusline.
M.statusline = status.line

---Return the module that shows suggestions.
function M.display()
  return require(vim.lsp.inline_completion and "fimls.native" or "fimls.ghost")
end

function M._attach(client, buf)
  M._show_in(client, buf)
  local actions = {
    accept = M.accept,
    word = function()
      return M.accept("word")
    end,
    line = function()
      return M.accept("line")
    end,
    next = M.select,
    previous = function()
      return M.select(-1)
    end,
    dismiss = M.dismiss,
    trigger = M.trigger,
  }
  for what, key in pairs(M.options.keys or {}) do
    if key and actions[what] then
      require("fimls.keys").map(buf, key, what, actions[what])
    end
  end
  M._tell_cursor(client, buf)
  require("fimls.actions").attach(client)
  require("fimls.renaming").attach(client, buf)
end

function M._show_in(client, buf)
  if M.is_enabled(buf) then
    M.display().attach(client, buf, M.options)
  else
    M.display().detach(buf)
  end
end

---Tell the server where the cursor comes to rest, so that the engine can read ahead.
function M._tell_cursor(client, buf)
  vim.api.nvim_create_autocmd({ "InsertEnter", "CursorHold", "CursorHoldI", "BufEnter" }, {
    group = vim.api.nvim_create_augroup("fimls.cursor." .. buf, {}),
    buffer = buf,
    callback = function()
      if compat.is_stopped(client) then
        return true -- the server is gone, and so is this
      elseif M.is_enabled(buf) then
        local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
        compat.notify(client, "fimls/didMoveCursor", place)
      end
    end,
  })
end

return M
