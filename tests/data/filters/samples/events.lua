--- Listeners that are told when something happens.
local Events = {}
Events.__index = Events

--- Returns an object without listeners.
function Events.new()
  return setmetatable({ listeners = {} }, Events)
end

--- Calls `listener` whenever `name` happens.
---@param name string
---@param listener fun(...)
function Events:on(name, listener)
  local list = self.listeners[name]
  if not list then
    list = {}
    self.listeners[name] = list
  end
  list[#list + 1] = listener
  return function()
    for index, other in ipairs(list) do
      if other == listener then
        table.remove(list, index)
        return true
      end
    end
    return false
  end
end

function Events:emit(name, ...)
  local errors = {}
  for _, listener in ipairs(self.listeners[name] or {}) do
    local ok, err = pcall(listener, ...)
    if not ok then
      errors[#errors + 1] = err
    end
  end
  if #errors > 0 then
    error(('%d listeners of "%s" failed: %s'):format(#errors, name, table.concat(errors, ', ')))
  end
end

local help = [[
usage: events [name]
  Listens to one event (or all of them).
]]

return { Events = Events, help = help }
