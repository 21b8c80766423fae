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
    changes.cmd = vim.lsp.rpc.connect(M._address(options.connect))
  end
  if options.token then
    local token = options.token
    token = type(token) == "function" and token() or token
    changes.init_options = vim.tbl_extend("force", changes.init_options or {}, { token = token })
  end
  return changes
end

---@param where string `host:port`, or the path of a unix socket
---@return string, integer?
function M._address(where)
  local host, port = where:match("^%[?([^/]-)%]?:(%d+)$")
  if host then
    return host, tonumber(port)
  end
  return vim.fs.normalize(where)
end

return M
