--- The ghost text of Neovim 0.12 and later, with what its own lacks.
---
--- `vim.lsp.inline_completion` asks and draws. Until an answer comes it keeps what the last one
--- said, and its `get()` inserts that wherever the cursor is by then; nor does it know words and
--- lines. So what it shows is read here, and accepted by `fimls.suggestion`.

local suggestions = require("fimls.suggestion")
local suppression = require("fimls.suppression")

local M = {}

local METHOD = "textDocument/inlineCompletion"

---How long the line was behind the cursor when an answer was asked for: buffer -> place -> bytes.
local asked = {} ---@type table<integer, table<string, integer>>

---Show suggestions of this client in this buffer.
function M.attach(_, buf)
  asked[buf] = {}
  local group = vim.api.nvim_create_augroup("fimls.native." .. buf, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  vim.lsp.inline_completion.enable(true, { bufnr = buf })
  on("LspRequest", function(event)
    local request = event.data.request
    if request.method == METHOD and request.type == "pending" then
      local row, column = unpack(vim.api.nvim_win_get_cursor(0))
      asked[buf][row - 1 .. ":" .. column] = #vim.api.nvim_get_current_line() - column
    end
  end)
  on({ "TextChangedI", "TextChangedP", "CursorMovedI" }, function()
    local completor = M._completor(buf)
    if completor and suppression.is_suppressed() then
      completor:abort() -- its timer too, so that nothing is asked for
    elseif completor and completor.current and not M.shown(buf) then
      completor.current = nil
      completor:hide()
    end
  end)
  on("InsertLeave", function()
    asked[buf] = {}
  end)
  on("BufUnload", function()
    asked[buf] = nil
  end)
end

function M.detach(buf)
  vim.lsp.inline_completion.enable(false, { bufnr = buf })
  vim.api.nvim_create_augroup("fimls.native." .. buf, {})
  asked[buf] = nil
end

---Return what the cursor's next bytes could be, as it is shown.
---@return fimls.Suggestion?
function M.shown(buf)
  local item = (M._completor(buf) or {}).current
  if not item or not item.range or type(item.insert_text) ~= "string" then
    return nil
  end
  local row, from, end_row, to = item.range:to_extmark()
  local behind = asked[buf] and asked[buf][row .. ":" .. from]
  if row ~= end_row or not behind then
    return nil
  end
  return suggestions.rest({
    row = row,
    from = from,
    replaces = to - from,
    tail = behind - (to - from),
    text = (item.insert_text:gsub("\r\n?", "\n")),
  })
end

---Show a suggestion in place of all others.
---@param suggestion? fimls.Suggestion
function M.show(buf, suggestion)
  local completor = M._completor(buf)
  local item = completor.current
  completor:abort()
  if suggestion and item then
    local start = { line = suggestion.row, character = suggestion.from }
    local stop = { line = suggestion.row, character = suggestion.from + suggestion.replaces }
    item.range = vim.range.lsp(buf, { start = start, ["end"] = stop }, "utf-8")
    item.insert_text = suggestion.text
    asked[buf][suggestion.row .. ":" .. suggestion.from] = suggestion.replaces + suggestion.tail
    completor.current = item
    completor:show()
  end
end

---Accept where what is shown cannot be read: in a Neovim that keeps it elsewhere.
function M.otherwise(part)
  local is_there, capability = pcall(require, "vim.lsp._capability")
  if is_there and vim.tbl_get(capability, "all", "inline_completion", "active") then
    return false
  end
  return part == "all" and vim.lsp.inline_completion.get()
end

---Show another one of the suggestions that the last answer offers.
function M.select(buf, step)
  vim.lsp.inline_completion.select({ bufnr = buf, count = step })
end

---Ask again, as after a keystroke.
function M.again(buf)
  M._ask(buf, "Automatic")
end

---Ask now, as by hand.
function M.trigger(buf)
  M._ask(buf, "Invoked")
end

function M._ask(buf, kind)
  local completor = M._completor(buf)
  if completor then
    completor:request(vim.lsp.protocol.InlineCompletionTriggerKind[kind])
  end
end

---Take the suggestion off and ask for no other.
function M.dismiss(buf)
  local completor = M._completor(buf)
  if completor then
    completor:abort()
  end
end

---Return Neovim's own state of a buffer. It is private: there is no other way to what is shown.
function M._completor(buf)
  local is_there, capability = pcall(require, "vim.lsp._capability")
  return is_there and vim.tbl_get(capability, "all", "inline_completion", "active", buf) or nil
end

return M
