--- Ghost text for Neovim 0.11, which knows no inline completion.
---
--- A proposal belongs to one place of one buffer: its text replaces `range`, which ends at the
--- cursor. Typing what it says keeps it, anything else takes it off.

local M = {}

local METHOD = "textDocument/inlineCompletion"
local AUTOMATIC = 2 -- InlineCompletionTriggerKind
local namespace = vim.api.nvim_create_namespace("fimls")

---@class fimls.Proposal
---@field row integer line of its range, from 0
---@field from integer first byte of its range
---@field tail integer bytes of the line after the range
---@field text string what stands in place of the range once it is accepted

---@class fimls.Ghost
---@field client vim.lsp.Client
---@field timer uv.uv_timer_t
---@field request? integer id of the request under way
---@field proposal? fimls.Proposal
local ghosts = {} ---@type table<integer, fimls.Ghost>

vim.api.nvim_set_hl(0, "FimlsGhost", { link = "NonText", default = true })

---Show proposals of this client in this buffer.
function M.attach(client, buf, debounce_ms)
  M._detach(buf)
  ghosts[buf] = { client = client, timer = assert(vim.uv.new_timer()) }
  local group = vim.api.nvim_create_augroup("fimls.ghost." .. buf, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  on({ "InsertEnter", "TextChangedI", "CursorMovedI" }, function()
    M._show(buf)
    M._ask_after(buf, debounce_ms)
  end)
  on("InsertLeave", function()
    M._forget(buf)
  end)
  on({ "BufUnload", "LspDetach" }, function(event)
    if event.event == "BufUnload" or event.data.client_id == client.id then
      M._detach(buf)
    end
  end)
end

---Accept the proposal that is shown; in a moment, because a mapping may not change text.
---@return boolean accepted false if none is shown
function M.get()
  local buf = vim.api.nvim_get_current_buf()
  local rest, proposal = M._rest(buf)
  if not rest then
    return false
  end
  vim.schedule(function()
    if rest ~= M._rest(buf) then
      return -- something else came first
    end
    local row, column = unpack(vim.api.nvim_win_get_cursor(0))
    local lines = vim.split(rest, "\n", { plain = true })
    M._forget(buf)
    vim.api.nvim_buf_set_text(buf, row - 1, column, row - 1, column, lines)
    local start = #lines == 1 and column or 0
    vim.api.nvim_win_set_cursor(0, { row + #lines - 1, start + #lines[#lines] })
  end)
  return true
end

function M._ask_after(buf, debounce_ms)
  ghosts[buf].timer:start(debounce_ms, 0, vim.schedule_wrap(function()
    if ghosts[buf] and buf == vim.api.nvim_get_current_buf() and vim.fn.mode() == "i" then
      M._ask(buf)
    end
  end))
end

function M._ask(buf)
  local ghost = ghosts[buf]
  local tick, cursor = vim.b[buf].changedtick, vim.api.nvim_win_get_cursor(0)
  local params = vim.lsp.util.make_position_params(0, ghost.client.offset_encoding)
  params.context = { triggerKind = AUTOMATIC }
  M._cancel(ghost)
  local _, id
  _, id = ghost.client:request(METHOD, params, function(failure, result)
    if ghost.request ~= id then
      return -- another request came after it
    end
    ghost.request = nil
    local here = buf == vim.api.nvim_get_current_buf() and vim.fn.mode() == "i"
    local same = vim.b[buf].changedtick == tick
      and here
      and vim.deep_equal(vim.api.nvim_win_get_cursor(0), cursor)
    if failure == nil and result and same then
      ghost.proposal = M._proposal(buf, (result.items or result)[1], params.position)
      M._show(buf)
    end
  end, buf)
  ghost.request = id
end

---@return fimls.Proposal? nothing for what cannot be shown at the cursor
function M._proposal(buf, item, position)
  local range = item and (item.range or { start = position, ["end"] = position })
  if not item or type(item.insertText) ~= "string" or range.start.line ~= position.line then
    return nil
  end
  local line = vim.api.nvim_buf_get_lines(buf, position.line, position.line + 1, false)[1] or ""
  local encoding = ghosts[buf].client.offset_encoding
  local function byte(where)
    return vim.str_byteindex(line, encoding, where.character, false)
  end
  if range["end"].line ~= position.line or byte(range["end"]) ~= byte(position) then
    return nil
  end
  return {
    row = position.line,
    from = byte(range.start),
    tail = #line - byte(range["end"]),
    text = (item.insertText:gsub("\r\n?", "\n")),
  }
end

---Return what of the proposal is not typed yet, if the cursor still stands where it continues.
function M._rest(buf)
  local proposal = ghosts[buf] and ghosts[buf].proposal
  if not proposal or vim.fn.mode() ~= "i" then
    return nil
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local typed = line:sub(proposal.from + 1, column)
  local text = proposal.text
  if
    row - 1 ~= proposal.row
    or column < proposal.from
    or #line - column ~= proposal.tail
    or text:sub(1, #typed) ~= typed
    or #text == #typed
  then
    return nil
  end
  return text:sub(#typed + 1), proposal
end

function M._show(buf)
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  local rest, proposal = M._rest(buf)
  if not rest then
    ghosts[buf].proposal = nil
    return
  end
  local tab = (" "):rep(vim.bo[buf].tabstop)
  local lines = vim.tbl_map(function(line)
    return { { (line:gsub("\t", tab)), "FimlsGhost" } }
  end, vim.split(rest, "\n", { plain = true }))
  local column = vim.api.nvim_win_get_cursor(0)[2]
  vim.api.nvim_buf_set_extmark(buf, namespace, proposal.row, column, {
    virt_text = table.remove(lines, 1),
    virt_text_pos = "inline",
    virt_lines = #lines > 0 and lines or nil,
    hl_mode = "combine",
  })
end

function M._cancel(ghost)
  if ghost.request then
    ghost.client:cancel_request(ghost.request)
    ghost.request = nil
  end
end

---Take the proposal off and ask for no other.
function M._forget(buf)
  local ghost = ghosts[buf]
  ghost.timer:stop()
  ghost.proposal = nil
  M._cancel(ghost)
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
end

function M._detach(buf)
  if ghosts[buf] then
    if vim.api.nvim_buf_is_valid(buf) then
      M._forget(buf)
    end
    ghosts[buf].timer:close()
    ghosts[buf] = nil
    vim.api.nvim_del_augroup_by_name("fimls.ghost." .. buf)
  end
end

return M
