--- Why nothing is suggested in a buffer, as a sentence for the user.

local M = {}

---@type string? how the server's process ended last
M.ended = nil

---Return why no server serves a buffer.
---@param buf integer
---@return string? nothing where it should be there in a moment
function M.unserved(buf)
  local options = require("fimls").options
  if not options then
    return 'fimls is not set up: put require("fimls").setup() into your init.lua.'
  end
  local filetype = vim.bo[buf].filetype
  if vim.bo[buf].buftype ~= "" then
    return "This buffer is not a file."
  elseif filetype == "" then
    return "This file has no type: set one with `:setfiletype`."
  elseif not vim.tbl_contains(M._filetypes(options), filetype) then
    local add = 'add setup({ filetypes = { ["%s"] = true } }).'
    return ("Files of the type %s are not served: " .. add):format(
      filetype,
      filetype
    )
  end
  return M.no_program(options) or M.ended or require("fimls.status").last
end

---Return what is wrong with the server's program.
---@return string?
function M.no_program(options)
  local program = options.program
  if program == nil or vim.fn.executable(program) == 1 then
    return nil
  end
  local remedy = "correct `cmd`, or install fimls there."
  if not program:find("/", 1, true) then
    return ("`%s` is not on your PATH: say where it is, or install fimls."):format(program)
  elseif vim.uv.fs_stat(program) then
    return ("`%s` cannot be run: %s"):format(program, remedy)
  end
  return ("There is no `%s`: %s"):format(program, remedy)
end

function M._filetypes(options)
  return require("fimls.start").config(options).filetypes or {}
end

return M
