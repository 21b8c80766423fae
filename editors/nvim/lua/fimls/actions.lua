--- Code actions are asked with all diagnostics at the cursor, whoever reported them.
---
--- `vim.lsp.buf.code_action` sends a server its own diagnostics alone, and fimls reports none: it
--- corrects what others report.

local compat = require("fimls.compat")

local M = {}

local METHOD = "textDocument/codeAction"

---Have a client's requests for code actions carry the diagnostics of their lines.
function M.attach(client)
  if client._fimls_asks_with_diagnostics then
    return
  end
  client._fimls_asks_with_diagnostics = true
  require("fimls.review").attach(client)
  local request = client.request
  -- The client is the first argument since Neovim 0.11; whoever calls brings it along.
  client.request = function(...)
    local given = { ... }
    local first = type(given[1]) == "string" and 1 or 2
    if given[first] == METHOD then
      given[first + 1] = M.with_diagnostics(client, given[first + 1], given[first + 3])
    elseif given[first] == "codeAction/resolve" and given[first + 2] then
      given[first + 2] = require("fimls.review").reviewed(client, given[first + 2])
    end
    return request(unpack(given, 1, select("#", ...)))
  end
end

---Return the parameters of a request with the diagnostics of its lines.
function M.with_diagnostics(client, params, buf)
  if not vim.tbl_isempty(params.context.diagnostics or {}) then
    return params
  end
  buf = (buf == nil or buf == 0) and vim.api.nvim_get_current_buf() or buf
  local from, to = params.range.start.line, params.range["end"].line
  local found = {}
  for _, each in ipairs(vim.diagnostic.get(buf)) do
    if each.lnum <= to and (each.end_lnum or each.lnum) >= from then
      table.insert(found, M._as_lsp(client, buf, each))
    end
  end
  local context = vim.tbl_extend("force", params.context, { diagnostics = found })
  return vim.tbl_extend("force", params, { context = context })
end

function M._as_lsp(client, buf, diagnostic)
  local function place(row, column)
    local line = vim.api.nvim_buf_get_lines(buf, row, row + 1, false)[1] or ""
    local byte = math.min(column, #line)
    return { line = row, character = compat.character(line, client.offset_encoding, byte) }
  end
  return {
    range = {
      start = place(diagnostic.lnum, diagnostic.col),
      ["end"] = place(diagnostic.end_lnum or diagnostic.lnum, diagnostic.end_col or diagnostic.col),
    },
    severity = diagnostic.severity,
    message = diagnostic.message,
    source = diagnostic.source,
    code = diagnostic.code,
  }
end

return M
