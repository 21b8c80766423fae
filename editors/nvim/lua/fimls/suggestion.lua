--- Suggestions as plain data: what fits where the cursor is, and how a part of it is accepted.
---
--- A suggestion belongs to one place of a line: its text replaces what stands from the byte `from`
--- up to the last `tail` bytes of the line. Typing what it says keeps it, anything else ends it.

local compat = require("fimls.compat")

local M = {}

---@class fimls.Suggestion
---@field row integer line, from 0
---@field from integer first byte that is replaced, before the cursor or at it
---@field replaces integer bytes behind the cursor that the text takes the place of, at most
---@field tail integer bytes of the line behind these
---@field text string what stands in their place once it is accepted

---Return an answer's item as a suggestion.
---@param item lsp.InlineCompletionItem
---@param line string the cursor's line
---@param position lsp.Position where the cursor is
---@param encoding string of positions
---@return fimls.Suggestion? nothing for what cannot be shown at the cursor
function M.from_item(item, line, position, encoding)
  local range = item.range or { start = position, ["end"] = position }
  if
    type(item.insertText) ~= "string"
    or range.start.line ~= position.line
    or range["end"].line ~= position.line
  then
    return nil
  end
  local cursor = compat.byte(line, encoding, position.character)
  local from = compat.byte(line, encoding, range.start.character)
  local to = compat.byte(line, encoding, range["end"].character)
  if from > cursor or to < cursor then
    return nil
  end
  return {
    row = position.line,
    from = from,
    replaces = to - cursor,
    tail = #line - to,
    text = (item.insertText:gsub("\r\n?", "\n")),
  }
end

---Return what of a suggestion is left for the cursor of the current window: one that begins there.
---@param suggestion fimls.Suggestion?
---@return fimls.Suggestion? rest nothing if something else was typed, or all of it
function M.rest(suggestion)
  if not suggestion or vim.fn.mode() ~= "i" then
    return nil
  end
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local typed = line:sub(suggestion.from + 1, column)
  -- Fewer are left where a closing bracket was typed over.
  local replaces = #line - column - suggestion.tail
  if
    row - 1 ~= suggestion.row
    or column < suggestion.from
    or replaces < 0
    or replaces > suggestion.replaces
    or suggestion.text:sub(1, #typed) ~= typed
    or #suggestion.text == #typed
  then
    return nil
  end
  return {
    row = suggestion.row,
    from = column,
    replaces = replaces,
    tail = suggestion.tail,
    text = suggestion.text:sub(#typed + 1),
  }
end

local PARTS = {
  all = { "^.*" },
  line = { "^\n?[^\n]*" },
  word = { "^%s*[%w_\128-\255]+", "^%s*[^%w_%s\128-\255]+", "^%s+" },
}

---Insert a part of a suggestion that begins at the cursor, and put the cursor behind it.
---@param buf integer the current buffer
---@param suggestion fimls.Suggestion
---@param part "all"|"line"|"word"
---@return fimls.Suggestion? rest what is left to accept
function M.accept(buf, suggestion, part)
  local row, from, text = suggestion.row, suggestion.from, suggestion.text
  local piece
  for _, pattern in ipairs(PARTS[part]) do
    piece = piece or text:match(pattern)
  end
  local behind = vim.api.nvim_get_current_line():sub(from + 1, from + suggestion.replaces)
  local over = #piece == #text and #behind or M._covered(piece, behind)
  local lines = vim.split(piece, "\n", { plain = true })
  -- An undo step of its own.
  vim.bo[buf].undolevels = vim.bo[buf].undolevels
  vim.api.nvim_buf_set_text(buf, row, from, row, from + over, lines)
  local column = #lines[#lines] + (#lines == 1 and from or 0)
  vim.api.nvim_win_set_cursor(0, { row + #lines, column })
  if #piece == #text then
    return nil
  end
  return {
    row = row + #lines - 1,
    from = column,
    replaces = #behind - over,
    tail = suggestion.tail,
    text = text:sub(#piece + 1),
  }
end

---Return how many bytes of what stands behind the cursor a text says again, in the same order.
function M._covered(text, behind)
  local at, covered = 1, 0
  for _, character in ipairs(vim.fn.split(behind, "\\zs")) do
    local first, last = text:find(character, at, true)
    if not first then
      break
    end
    at, covered = last + 1, covered + #character
  end
  return covered
end

return M
