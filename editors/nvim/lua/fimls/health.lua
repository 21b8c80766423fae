--- `:checkhealth fimls`

local M = {}

function M.check()
  local health = vim.health
  health.start("fimls")
  if vim.fn.has("nvim-0.10") == 0 then
    health.error("Neovim 0.10 or later is needed.")
    return
  end
  local own = require("fimls").display() == require("fimls.ghost")
  health.ok(
    ("Neovim %s: ghost text by %s"):format(
      tostring(vim.version()),
      own and "fimls.ghost" or "vim.lsp.inline_completion"
    )
  )
  local options = require("fimls").options
  if not options then
    health.error("fimls is not set up.", 'Put `require("fimls").setup()` in your init.lua.')
    return
  end
  M._server(health, options)
  M._clients(health)
  M._keys(health, options)
end

function M._server(health, options)
  if options.connect then
    health.ok("The server is at " .. options.connect .. ".")
    return
  end
  local command = require("fimls.start").config(options).cmd
  if type(command) ~= "table" then
    health.ok("The server is started by a function of your own.")
  elseif vim.fn.executable(command[1]) == 1 then
    health.ok("The server is " .. vim.fn.exepath(command[1]) .. ".")
  else
    health.error(
      ("`%s` is not on your PATH."):format(command[1]),
      "Install it (`pip install .` in a clone of fimls), or say where it is: "
        .. 'setup({ lsp = { cmd = { "/path/to/fimls", "serve" } } }).'
    )
  end
end

function M._clients(health)
  local clients = vim.lsp.get_clients({ name = "fimls" })
  if #clients == 0 then
    health.info("The server does not run: no buffer with one of its file types is open.")
  end
  for _, client in ipairs(clients) do
    local buffers = vim.tbl_keys(client.attached_buffers)
    local status = require("fimls.status").get(buffers[1])
    local report = ("Client %d with %d buffers is %s."):format(client.id, #buffers, status.state)
    if status.state == "failing" then
      health.warn(report .. " " .. (status.message or ""), "`fimls doctor` says more.")
    else
      health.ok(report)
    end
  end
end

function M._keys(health, options)
  for action, key in vim.spairs(options.keys or {}) do
    if key then
      health.info(("%s: %s"):format(action, key))
    end
  end
end

return M
