--- Starting the server, or connecting to one that runs.

local M = {}

---Return the client's configuration: `lsp/fimls.lua` and what the user changes of it.
---@param options fimls.Options
---@return vim.lsp.Config
function M.config(options)
  if vim.lsp.config then
    return vim.lsp.config.fimls
  end
  local file = vim.api.nvim_get_runtime_file("lsp/fimls.lua", false)[1]
  return vim.tbl_deep_extend("force", dofile(file), M._changes(options))
end

---Have the server started, or connected to, for the file types of its configuration.
---@param options fimls.Options
function M.start(options)
  if vim.lsp.config then
    vim.lsp.config("fimls", M._changes(options))
    vim.lsp.enable("fimls")
    return
  end
  local config = M.config(options)
  vim.api.nvim_create_autocmd("FileType", {
    group = vim.api.nvim_create_augroup("fimls.start", {}),
    pattern = config.filetypes,
    callback = function(event)
      if vim.bo[event.buf].buftype == "" then
        local root = vim.fs.root(event.buf, config.root_markers)
        local client = vim.tbl_extend("keep", { name = "fimls", root_dir = root }, config)
        local all = vim.lsp.protocol.make_client_capabilities()
        client.capabilities = vim.tbl_deep_extend("force", all, config.capabilities)
        vim.lsp.start(client, { bufnr = event.buf })
      end
    end,
  })
end

function M._changes(options)
  local changes = vim.deepcopy(options.lsp or {})
  if options.connect then
    changes.cmd = M._connecting(options.connect)
  elseif type(changes.cmd) == "table" and changes.cmd[2] == "connect" then
    local command = changes.cmd
    changes.cmd = function(dispatchers, config)
      local extra = config and { cwd = config.cmd_cwd, env = config.cmd_env } or nil
      return M._without_traces(vim.lsp.rpc.start(command, dispatchers, extra))
    end
  end
  if options.token then
    local token = options.token
    token = type(token) == "function" and token() or token
    local shown = { hub = { token = token } }
    changes.init_options = vim.tbl_deep_extend("force", changes.init_options or {}, shown)
  end
  return changes
end

---Return what connects to a server that runs already.
function M._connecting(where)
  local host, port = M._address(where)
  local open = vim.lsp.rpc.connect(host, port)
  return function(dispatchers)
    return M._without_traces(open(dispatchers))
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
        require("fimls.status").say("fimls: " .. problem.message)
        rpc.terminate()
      end)
    end, ...)
  end
  return rpc
end

---@param where string `host:port`, or the path of a unix socket
---@return string, integer?
function M._address(where)
  local scheme = where:match("^(%a+)://")
  if scheme and scheme ~= "tcp" and scheme ~= "unix" then
    local command = ('lsp = { cmd = { "fimls", "connect", "%s" } }'):format(where)
    error(("fimls: Neovim does not speak %s itself: write %s."):format(scheme, command), 0)
  end
  where = where:gsub("^tcp://", ""):gsub("^unix:", "")
  local host, port = where:match("^%[?([^/]-)%]?:(%d+)$")
  if not host then
    return vim.fs.normalize(where)
  end
  host = host == "localhost" and "127.0.0.1" or host
  if host ~= "::1" and not host:find("^127%.%d+%.%d+%.%d+$") then
    local command = ('lsp = { cmd = { "fimls", "connect", "tls://%s:%s" } }'):format(host, port)
    local why = "fimls: %s is another machine, and what is sent there could be read on the way:"
    error((why .. " write %s."):format(host, command), 0)
  end
  return host, tonumber(port)
end

return M
