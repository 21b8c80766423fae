--- `:FimlsRewrite`: have lines rewritten as an instruction says.

local compat = require("fimls.compat")

local M = {}

local COMMAND = "fimls.rewrite"

---Rewrite lines of the current buffer; asks for the instruction where none is given.
---@param first integer first line, from 1
---@param last integer last line
---@param instruction? string
function M.rewrite(first, last, instruction)
  local buf = vim.api.nvim_get_current_buf()
  local client = M._client(buf)
  if not client then
    return require("fimls.status").say("fimls: the server offers no rewriting here: see `:FimlsStatus`.")
  end
  local params = { command = COMMAND, arguments = M._where(buf, client, first, last) }
  local function ask(words)
    if words == nil or vim.trim(words) == "" then
      return -- cancelled
    end
    table.insert(params.arguments, words)
    compat.request(client, "workspace/executeCommand", params, function(failure)
      if failure and failure.code ~= vim.lsp.protocol.ErrorCodes.RequestCancelled then
        require("fimls.status").say("fimls: " .. failure.message)
      end
    end, buf)
  end
  if instruction and instruction ~= "" then
    ask(instruction)
  else
    vim.ui.input({ prompt = ("Rewrite lines %d to %d: "):format(first, last) }, ask)
  end
end

function M._client(buf)
  for _, client in ipairs(vim.lsp.get_clients({ bufnr = buf, name = "fimls" })) do
    local announced = vim.tbl_get(client.server_capabilities, "executeCommandProvider", "commands")
    if vim.tbl_contains(announced or {}, COMMAND) then
      return client
    end
  end
end

function M._where(buf, client, first, last)
  local line = vim.api.nvim_buf_get_lines(buf, last - 1, last, true)[1]
  local stop = compat.character(line, client.offset_encoding, #line)
  return {
    vim.uri_from_bufnr(buf),
    {
      start = { line = first - 1, character = 0 },
      ["end"] = { line = last - 1, character = stop },
    },
  }
end

return M
