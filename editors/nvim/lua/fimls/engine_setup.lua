--- `:FimlsSetup`: `fimls setup` in a terminal, and the server with what it wrote.

local M = {}

---Run `fimls setup` in a window of its own; when it has written an engine, the server takes it.
function M.run()
  local options = require("fimls").options
  local say = require("fimls.status").say
  local missing = require("fimls.reasons").no_program(options)
  if missing then
    return say("fimls: " .. missing)
  elseif options.connect then
    return say("fimls: your hub chooses the engine: remove `connect` from setup() to choose one yourself.")
  end
  local command = { options.program or "fimls", "setup" }
  vim.cmd("botright new")
  local buf = vim.api.nvim_get_current_buf()
  vim.bo[buf].bufhidden = "wipe"
  M._terminal(command, function(code)
    if code == 0 then
      require("fimls.restart").restart()
    end
  end)
  vim.cmd.startinsert()
end

---Start a command in the window's empty buffer; `ended` hears its exit status.
function M._terminal(command, ended)
  local on_exit = vim.schedule_wrap(function(_, code)
    ended(code)
  end)
  if vim.fn.has("nvim-0.11") == 1 then
    vim.fn.jobstart(command, { term = true, on_exit = on_exit })
  else
    vim.fn.termopen(command, { on_exit = on_exit })
  end
end

return M
