--- Ghost text for Neovim 0.10 and 0.11, which show no inline completions themselves.

local compat = require("fimls.compat")
local suggestions = require("fimls.suggestion")
local suppression = require("fimls.suppression")

local M = {}

local METHOD = "textDocument/inlineCompletion"
local INVOKED, AUTOMATIC = 1, 2 -- InlineCompletionTriggerKind
local namespace = vim.api.nvim_create_namespace("fimls")

---@class fimls.Ghost
---@field client vim.lsp.Client
---@field timer uv.uv_timer_t
---@field debounce_ms integer
---@field request? integer id of the request under way
---@field choices fimls.Suggestion[] what the last answer offers
---@field chosen integer which of them is shown
local ghosts = {} ---@type table<integer, fimls.Ghost>

---Show suggestions of this client in this buffer.
function M.attach(client, buf, options)
  M.detach(buf)
  ghosts[buf] = {
    client = client,
    timer = assert(vim.uv.new_timer()),
    debounce_ms = options.debounce_ms,
    choices = {},
    chosen = 1,
  }
  local group = vim.api.nvim_create_augroup("fimls.ghost." .. buf, {})
  local function on(events, callback)
    vim.api.nvim_create_autocmd(events, { group = group, buffer = buf, callback = callback })
  end
  on({ "InsertEnter", "TextChangedI", "TextChangedP", "CursorMovedI" }, function()
    M._refresh(buf)
    M._ask_soon(buf)
  end)
  on("InsertLeave", function()
    M.dismiss(buf)
  end)
  on({ "BufUnload", "LspDetach" }, function(event)
    if event.event == "BufUnload" or event.data.client_id == client.id then
      M.detach(buf)
    end
  end)
  M._ask_soon(buf)
end

function M.detach(buf)
  if ghosts[buf] then
    if vim.api.nvim_buf_is_valid(buf) then
      M.dismiss(buf)
    end
    ghosts[buf].timer:close()
    ghosts[buf] = nil
    vim.api.nvim_del_augroup_by_name("fimls.ghost." .. buf)
  end
end

---Return what the cursor's next bytes could be, as it is shown.
---@return fimls.Suggestion?
function M.shown(buf)
  local ghost = ghosts[buf]
  if ghost and not suppression.is_suppressed() then
    return suggestions.rest(ghost.choices[ghost.chosen])
  end
end

---Show a suggestion in place of all others.
---@param suggestion? fimls.Suggestion
function M.show(buf, suggestion)
  ghosts[buf].choices, ghosts[buf].chosen = { suggestion }, 1
  M._refresh(buf)
end

---Show another one of the suggestions that the last answer offers.
function M.select(buf, step)
  local ghost = ghosts[buf]
  ghost.chosen = (ghost.chosen - 1 + step) % #ghost.choices + 1
  M._draw(buf, M.shown(buf))
end

---Ask again, as after a keystroke.
function M.again(buf)
  if ghosts[buf] then
    M._ask(buf, AUTOMATIC)
  end
end

---Ask now, as by hand.
function M.trigger(buf)
  if ghosts[buf] then
    M._ask(buf, INVOKED)
  end
end

---Take the suggestion off and ask for no other.
function M.dismiss(buf)
  local ghost = ghosts[buf]
  if ghost then
    ghost.timer:stop()
    ghost.choices, ghost.chosen = {}, 1
    M._cancel(ghost)
    M._draw(buf, nil)
  end
end

function M._ask_soon(buf)
  local ask = vim.schedule_wrap(function()
    local here = buf == vim.api.nvim_get_current_buf() and vim.fn.mode() == "i"
    if ghosts[buf] and here and not suppression.is_suppressed() then
      M._ask(buf, AUTOMATIC)
    end
  end)
  ghosts[buf].timer:start(ghosts[buf].debounce_ms, 0, ask)
end

function M._ask(buf, kind)
  local ghost = ghosts[buf]
  local encoding = ghost.client.offset_encoding
  local tick, cursor = vim.b[buf].changedtick, vim.api.nvim_win_get_cursor(0)
  local line = vim.api.nvim_get_current_line()
  local params = vim.lsp.util.make_position_params(0, encoding)
  params.context = { triggerKind = kind }
  M._cancel(ghost)
  local _, id
  _, id = compat.request(ghost.client, METHOD, params, function(failure, result)
    if ghosts[buf] ~= ghost or ghost.request ~= id then
      return -- another request came after it
    end
    ghost.request = nil
    local same = buf == vim.api.nvim_get_current_buf()
      and vim.b[buf].changedtick == tick
      and vim.deep_equal(vim.api.nvim_win_get_cursor(0), cursor)
    if failure == nil and result and same then
      ghost.choices, ghost.chosen = {}, 1
      for _, item in ipairs(result.items or result) do
        table.insert(ghost.choices, suggestions.from_item(item, line, params.position, encoding))
      end
      M._refresh(buf)
    end
  end, buf)
  ghost.request = id
end

function M._cancel(ghost)
  if ghost.request then
    compat.cancel(ghost.client, ghost.request)
    ghost.request = nil
  end
end

---Draw what is left of the suggestion that is shown; forget all where nothing is.
function M._refresh(buf)
  local ghost, rest = ghosts[buf], M.shown(buf)
  if not rest then
    ghost.choices, ghost.chosen = {}, 1
  end
  M._draw(buf, rest)
end

---Draw a suggestion that begins at the cursor: its text between the characters that it keeps.
---@param suggestion? fimls.Suggestion
function M._draw(buf, suggestion)
  vim.api.nvim_buf_clear_namespace(buf, namespace, 0, -1)
  if not suggestion then
    return
  end
  local row, column = suggestion.row, suggestion.from
  local behind = vim.api.nvim_get_current_line():sub(column + 1)
  local lines = vim.split(suggestion.text, "\n", { plain = true })
  local head = table.remove(lines, 1)
  for _, character in ipairs(vim.fn.split(behind:sub(1, suggestion.replaces), "\\zs")) do
    local first, last = head:find(character, 1, true)
    if not first then
      break
    end
    M._mark(buf, row, column, { virt_text = M._chunks(head:sub(1, first - 1)) })
    head, column = head:sub(last + 1), column + #character
  end
  local below = vim.tbl_map(M._chunks, lines)
  if #below > 0 then
    -- What the line goes on with will stand behind the last line of the text.
    local hidden = vim.api.nvim_get_current_line():sub(column + 1)
    local blank = (" "):rep(vim.fn.strdisplaywidth(hidden))
    M._mark(buf, row, column, { virt_text = { { blank } }, virt_text_pos = "overlay" })
    table.insert(below[#below], { hidden:sub(#hidden - suggestion.tail + 1) })
  end
  M._mark(buf, row, column, {
    virt_text = M._chunks(head),
    virt_lines = #below > 0 and below or nil,
  })
end

function M._mark(buf, row, column, what)
  local position = { virt_text_pos = "inline", hl_mode = "combine" }
  local mark = vim.tbl_extend("keep", what, position)
  vim.api.nvim_buf_set_extmark(buf, namespace, row, column, mark)
end

---Return a piece of a line as virtual text, in which a tab would be one cell wide.
function M._chunks(text)
  return { { (text:gsub("\t", (" "):rep(vim.bo.tabstop))), "FimlsGhost" } }
end

return M
