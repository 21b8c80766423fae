--- The commands that begin with `:Fimls`.

local compat = require("fimls.compat")

local M = {}

function M.create()
  local function command(name, what, act, options)
    local described = vim.tbl_extend("force", { desc = what }, options or {})
    vim.api.nvim_create_user_command(name, act, described)
  end
  command("FimlsToggle", "Show suggestions or not; with ! in this buffer only", function(call)
    require("fimls").toggle(nil, call.bang and vim.api.nvim_get_current_buf() or nil)
  end, { bang = true })
  command("FimlsStatus", "Say how fimls is in this buffer", M._status)
  command("FimlsRestart", "End the server, and start it again", function()
    require("fimls.restart").restart()
  end)
  command("FimlsSetup", "Find an engine, try it, and write it into your settings", function()
    require("fimls.engine_setup").run()
  end)
  command("FimlsLog", "Show what the server wrote into the log", function()
    vim.cmd.tabedit({ args = { require("vim.lsp.log").get_filename() } })
  end)
  command("FimlsPrompt", "Show what is sent to the engine for the cursor", M._prompt)
  command("FimlsRewrite", "Rewrite lines as an instruction says", function(call)
    require("fimls.rewrite").rewrite(call.line1, call.line2, call.args)
  end, { range = true, nargs = "*" })
  command("FimlsCancel", "Cancel code actions and rewriting", M._cancel)
end

---What somebody waits for, and a model writes.
local TAKES_LONG = { ["codeAction/resolve"] = true, ["workspace/executeCommand"] = true }

function M._cancel()
  local count = 0
  for _, client in ipairs(vim.lsp.get_clients({ name = "fimls" })) do
    for id, request in pairs(client.requests) do
      if request.type == "pending" and TAKES_LONG[request.method] then
        compat.cancel(client, id)
        count = count + 1
      end
    end
  end
  if count == 0 then
    require("fimls.status").say("fimls: there is nothing to cancel.")
  end
end

function M._status()
  local status = require("fimls.status")
  local now = status.get()
  local why = now.message or status.last and "Said last: " .. status.last
  local says = ("fimls: %s."):format(now.state) .. (why and " " .. why or "")
  if now.engine then
    says = says .. (" Text goes to %s."):format(now.engine)
  end
  vim.api.nvim_echo({ { says } }, true, {})
end

---Show the prompt in a buffer that is no file, so that none of it is sent.
function M._prompt()
  local client = vim.lsp.get_clients({ bufnr = 0, name = "fimls" })[1]
  if not client then
    return M._status()
  end
  local place = vim.lsp.util.make_position_params(0, client.offset_encoding)
  compat.request(client, "fimls/prompt", place, function(failure, prompt)
    if failure then
      return require("fimls.status").say("fimls: " .. failure.message)
    end
    local buf = vim.api.nvim_create_buf(false, true)
    local head = ("%d tokens for %s at %s."):format(prompt.tokens, prompt.model, prompt.url)
    local lines = vim.split(head .. "\n\n" .. prompt.text, "\n", { plain = true })
    vim.api.nvim_buf_set_lines(buf, 0, -1, false, lines)
    vim.bo[buf].modifiable, vim.bo[buf].bufhidden = false, "wipe"
    vim.cmd.vsplit()
    vim.api.nvim_win_set_buf(0, buf)
  end, 0)
end

return M
