--- Starting the server, or what speaks with a hub in its place.

local M = {}

local GROUP = "fimls.start"

---Return the client's configuration: `lsp/fimls.lua` and what the user changes of it.
---@param options fimls.Options
---@return vim.lsp.Config
function M.config(options)
  if vim.lsp.config then
    return vim.lsp.config.fimls
  end
  return vim.tbl_deep_extend("force", M._file(), M._changes(options))
end

---Have the server started for the file types of its configuration.
---@param options fimls.Options
function M.start(options)
  options.program = M._program(options)
  if vim.lsp.config then
    vim.lsp.config("fimls", M._changes(options))
  end
  local filetypes = M.config(options).filetypes
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup(GROUP, {}),
    pattern = filetypes,
    callback = function(event)
      if vim.bo[event.buf].buftype == "" then
        M._say_what_is_missing(options)
        if not vim.lsp.config then
          M._start_here(event.buf, M.config(options))
        end
      end
    end,
  })
  M.again()
end

---Start the server for the buffers that are there.
function M.again()
  if vim.lsp.config then
    vim.lsp.enable("fimls")
  else
    vim.cmd.doautoall({ args = { GROUP, "FileType" }, mods = { silent = true } })
  end
end

---Return an address as `fimls connect` takes it; `HOST:PORT` and a path do as well.
---@param where string
---@return string
function M.address(where)
  if where:find("^%a+://") or where:find("^unix:") then
    return where
  elseif where:find("^[^/]+:%d+$") then
    return "tcp://" .. where
  end
  return "unix:" .. vim.fs.normalize(where)
end

---Return the token that lets the user in at a hub, if there is one.
---@param options fimls.Options
---@return string?
function M.token(options)
  local token = options.token
  return type(token) == "function" and token() or token --[[@as string?]]
end

function M._start_here(buf, config)
  local root = vim.fs.root(buf, config.root_markers)
  local client = vim.tbl_extend("keep", { name = "fimls", root_dir = root }, config)
  local all = vim.lsp.protocol.make_client_capabilities()
  client.capabilities = vim.tbl_deep_extend("force", all, config.capabilities)
  vim.lsp.start(client, { bufnr = buf })
end

function M._file()
  return dofile(vim.api.nvim_get_runtime_file("lsp/fimls.lua", false)[1])
end

---Return the program `fimls`, as far as the user's configuration says where it is.
function M._program(options)
  local command = vim.tbl_get(options, "lsp", "cmd")
  if command == nil then
    command = (vim.lsp.config and vim.lsp.config.fimls or M._file()).cmd
  end
  if type(command) == "table" then
    return vim.fs.normalize(command[1])
  end
  return options.connect and "fimls" or nil
end

function M._changes(options)
  local changes = vim.deepcopy(options.lsp or {})
  if options.filetypes then
    changes.filetypes = M._filetypes(changes.filetypes or M._file().filetypes, options.filetypes)
  end
  if options.connect then
    changes.cmd = M._connecting(options)
  elseif type(changes.cmd) == "table" and changes.cmd[2] == "connect" then
    changes.cmd = M._running(changes.cmd)
  end
  return changes
end

---Return a list of file types with some more, and without some.
function M._filetypes(list, changes)
  local wanted = vim.tbl_filter(function(filetype)
    return changes[filetype] ~= false
  end, list)
  for filetype, is_wanted in vim.spairs(changes) do
    if is_wanted and not vim.tbl_contains(wanted, filetype) then
      table.insert(wanted, filetype)
    end
  end
  return wanted
end

---Return what starts `fimls connect`, which waits for the hub and comes back to it.
function M._connecting(options)
  local command = { options.program, "connect", M.address(options.connect) }
  if options.ca then
    vim.list_extend(command, { "--ca", vim.fs.normalize(options.ca) })
  end
  return M._running(command, function()
    local token = M.token(options) -- it may be another one by now
    return token and { FIMLS_HUB_TOKEN = token } or nil
  end)
end

---Return what starts a program that may refuse to begin.
---@param command string[]
---@param environment? fun(): table<string, string>?
function M._running(command, environment)
  return function(dispatchers, config)
    local extra = {
      cwd = config and config.cmd_cwd,
      env = environment and environment() or config and config.cmd_env,
    }
    return M._without_traces(vim.lsp.rpc.start(command, dispatchers, extra))
  end
end

---Show a refusal as a sentence: Neovim would assert that there is none, and show a stack trace.
function M._without_traces(rpc)
  local request = rpc.request
  rpc.request = function(method, params, reply, ...)
    if method ~= "initialize" then
      return request(method, params, reply, ...)
    end
    return request(method, params, function(problem, result, ...)
      if not problem then
        return reply(problem, result, ...)
      end
      vim.schedule(function()
        require("fimls.restart").refused(problem.message)
        require("fimls.status").say("fimls: " .. problem.message)
        rpc.terminate()
      end)
    end, ...)
  end
  return rpc
end

local said = {} ---@type table<string, true>

---Say once that the program is not there: Neovim would say nothing.
function M._say_what_is_missing(options)
  local missing = require("fimls.reasons").no_program(options)
  if missing and not said[missing] then
    said[missing] = true
    vim.schedule(function()
      require("fimls.status").say("fimls: " .. missing)
    end)
  end
end

return M
