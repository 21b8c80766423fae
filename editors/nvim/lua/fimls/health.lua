--- `:checkhealth fimls`

local M = {}

local PATIENCE_MS = 60000
---What of `fimls doctor` is about the server and what it asks.
local IS_SHOWN = { settings = true, engine = true, template = true, completion = true, hub = true }

function M.check()
  local health = vim.health
  health.start("fimls")
  if vim.fn.has("nvim-0.10") == 0 then
    health.error("This Neovim is too old.", "Install 0.10 or later.")
    return
  end
  local own = require("fimls").display() == require("fimls.ghost")
  health.ok(
    ("fimls.nvim %s, Neovim %s: ghost text by %s"):format(
      require("fimls.version"),
      table.concat({ vim.version().major, vim.version().minor, vim.version().patch }, "."),
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
  local missing = require("fimls.reasons").no_program(options)
  if missing then
    health.error(missing, {
      "Install it: `pip install .` in a clone of fimls.",
      'Say where it is: setup({ lsp = { cmd = { "/path/to/fimls", "serve" } } }).'
        .. (options.connect and " With `connect` the same program is started for the hub." or ""),
    })
  elseif not options.program then
    health.ok("The server is started by a function of your own.")
  else
    health.ok("The server is " .. vim.fn.exepath(options.program) .. ".")
    M._same_release(health, options.program)
    M._doctor(health, options)
  end
end

---Warn where plug-in and server are of different releases.
function M._same_release(health, program)
  local done = vim.system({ program, "--version" }, { timeout = PATIENCE_MS }):wait()
  local version = (done.stdout or ""):match("^fimls (%S+)")
  local ours = require("fimls.version")
  if version and version ~= ours then
    local both = "The server is version %s, and this plug-in %s."
    health.warn(both:format(version, ours), "Install both from one release.")
  end
end

---Have `fimls doctor` ask the engine or the hub that this configuration names.
function M._doctor(health, options)
  local command = { options.program, "doctor", "--json" }
  local environment = {}
  if options.connect then
    local start = require("fimls.start")
    vim.list_extend(command, { "--connect", start.address(options.connect) })
    if options.ca then
      vim.list_extend(command, { "--ca", vim.fs.normalize(options.ca) })
    end
    environment.FIMLS_HUB_TOKEN = start.token(options)
  else
    local settings = require("fimls.start").config(options).init_options or vim.empty_dict()
    vim.list_extend(command, { "--settings", vim.json.encode(settings) })
  end
  local done = vim.system(command, { env = environment, timeout = PATIENCE_MS }):wait()
  for _, line in ipairs(vim.split(done.stdout or "", "\n", { trimempty = true })) do
    local is_json, finding = pcall(vim.json.decode, line)
    if is_json and IS_SHOWN[finding.subject] then
      local says = ("%s: %s"):format(finding.subject, finding.says)
      local advice = finding.remedy ~= "" and finding.remedy or nil
      local report = { ok = health.ok, note = health.warn, bad = health.error }
      report[finding.state](says, finding.state ~= "ok" and advice or nil)
    end
  end
  if done.code ~= 0 and done.stdout == "" then
    local failed = "`fimls doctor` failed: " .. vim.trim(done.stderr or "")
    health.error(failed, "Run `fimls doctor` in a terminal.")
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
    local count = #buffers == 1 and "1 buffer" or #buffers .. " buffers"
    local report = ("The server of %s is %s."):format(count, status.state)
    if status.state == "failing" then
      health.warn(report .. " " .. (status.message or ""), "Run `fimls doctor` in a terminal.")
    else
      health.ok(report)
    end
  end
end

function M._keys(health, options)
  for action, key in vim.spairs(options.keys or {}) do
    if key then
      health.info(("key of insert mode, %s: %s"):format(action, key))
    end
  end
end

return M
