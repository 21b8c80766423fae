--- What Neovim 0.10 calls differently.

local M = {}

local new = vim.fn.has("nvim-0.11") == 1

---@return boolean, integer? request id
function M.request(client, method, params, handler, buf)
  if new then
    return client:request(method, params, handler, buf)
  end
  return client.request(method, params, handler, buf)
end

function M.notify(client, method, params)
  if new then
    return client:notify(method, params)
  end
  return client.notify(method, params)
end

function M.cancel(client, id)
  if new then
    return client:cancel_request(id)
  end
  return client.cancel_request(id)
end

function M.is_stopped(client)
  if new then
    return client:is_stopped()
  end
  return client.is_stopped()
end

---@param force? boolean
function M.stop(client, force)
  if new then
    return client:stop(force)
  end
  return client.stop(force)
end

---Return which byte of a line a position's `character` is.
---@return integer
function M.byte(line, encoding, character)
  if encoding == "utf-8" then
    return math.min(character, #line)
  elseif new then
    return vim.str_byteindex(line, encoding, character, false)
  end
  local is_inside, byte = pcall(vim.str_byteindex, line, character, encoding == "utf-16")
  return is_inside and byte or #line
end

---Return a byte of a line as a position's `character`.
---@return integer
function M.character(line, encoding, byte)
  if encoding == "utf-8" then
    return byte
  elseif new then
    return vim.str_utfindex(line, encoding, byte, false)
  end
  local utf32, utf16 = vim.str_utfindex(line, byte)
  return encoding == "utf-16" and utf16 or utf32
end

return M
