--- Starting the server again: by hand, and by itself where it crashed.

local compat = require("fimls.compat")
local reasons = require("fimls.reasons")

local M = {}

local MOST_CRASHES, WITHIN_MS, GRACE_MS = 4, 180000, 3000
local SIGTERM = 15 -- Neovim ends a server with it, and so do people
local is_refused = false
local crashes = {} ---@type integer[] when the server crashed, in milliseconds

---End the server, and start it with the settings, the program and the token as they are now.
function M.restart()
  local clients = vim.lsp.get_clients({ name = "fimls" })
  crashes, is_refused, reasons.ended = {}, false, nil
  for _, client in ipairs(clients) do
    compat.stop(client)
  end
  local function gone() -- and detached, which comes later than its end
    return #vim.lsp.get_clients({ name = "fimls" }) == 0
  end
  if not vim.wait(GRACE_MS, gone, 20) then
    for _, client in ipairs(clients) do
      compat.stop(client, true)
    end
    vim.wait(GRACE_MS, gone, 20)
  end
  require("fimls.start").again()
end

---Take note that a hub lets the user not in: to ask again would change nothing.
---@param why string
function M.refused(why)
  reasons.ended = why
  crashes = {}
  is_refused = true
end

---Take note that the server has ended; it is started again, unless it crashes again and again.
---@param code integer
---@param signal integer
function M.ended(code, signal)
  local is_wanted = (code == 0 and signal == 0) or signal == SIGTERM
  if is_wanted or is_refused or vim.v.exiting ~= vim.NIL then
    return
  end
  local now = vim.uv.now()
  crashes = vim.tbl_filter(function(at)
    return now - at < WITHIN_MS
  end, crashes)
  table.insert(crashes, now)
  vim.schedule(function()
    local how = signal ~= 0 and ("by signal %d"):format(signal) or ("with code %d"):format(code)
    reasons.ended = ("The server ended %s: see `:FimlsLog`, and start it with `:FimlsRestart`."):format(
      how
    )
    require("fimls.status")._changed()
    if #crashes < MOST_CRASHES then
      vim.defer_fn(require("fimls.start").again, 500)
    else
      require("fimls.status").say("fimls: " .. reasons.ended)
    end
  end)
end

return M
