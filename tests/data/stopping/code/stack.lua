local Stack = {}
Stack.__index = Stack

function Stack.new(limit)
  local self = setmetatable({}, Stack)
  self.items = {}
  self.limit = limit or 100
  return self
end

function Stack:push(item)
  if #self.items >= self.limit then
    error("stack is full")
  end
  self.items[#self.items + 1] = item
  return self
end

function Stack:pop()
  local count = #self.items
  if count == 0 then
    return nil
  end
  local item = self.items[count]
  self.items[count] = nil
  return item
end

function Stack:map(change)
  local result = Stack.new(self.limit)
  for _, item in ipairs(self.items) do
    result:push(change(item))
  end
  return result
end

local function words(text)
  local found = {}
  for word in text:gmatch("%a+") do
    local key = word:lower()
    if found[key] then
      found[key] = found[key] + 1
    else
      found[key] = 1
    end
  end
  return found
end

local function report(text)
  local lines = {}
  for word, count in pairs(words(text)) do
    table.insert(lines, string.format(
      "%s: %d",
      word,
      count
    ))
  end
  table.sort(lines, function(a, b)
    return a < b
  end)
  return table.concat(lines, "\n")
end

return { Stack = Stack, report = report }
