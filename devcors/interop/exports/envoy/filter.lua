-- What a header's own words decide: Origin and Referer of this server's pages, Location and Set-Cookie. What is to be
-- done stands in each route's metadata.

-- the case of an escape makes no difference (RFC 3986, section 6.2.2.1)
local function folded(path)
  return (path:gsub("%%%x%x", string.upper))
end

-- what follows a prefix, or nil: it ends at a segment, or the text ends there
local function behind(text, prefix, ending)
  if folded(text:sub(1, #prefix)) ~= folded(prefix) then
    return nil
  end
  local rest = text:sub(#prefix + 1)
  return (rest == "" or rest:find(ending)) and rest or nil
end

-- a path at the backend as it is at the front door
local function moved(path, there, here)
  local rest = behind(path, there, "^[/?#]")
  if rest == nil then
    return nil
  end
  return rest:sub(1, 1) == "/" and here .. rest or (here == "" and "/" or here) .. rest
end

local function location(value, redirects, own)
  for _, origin in ipairs(redirects.origins) do
    local path = behind(value, origin, "^[/?#]")
    if path then
      for _, move in ipairs(redirects.moves) do
        local made = moved(path, move[1], move[2])
        if made then
          return own .. made
        end
      end
    end
  end
  local move = redirects.own
  -- RFC 3986, section 4.2: what begins with two slashes names another host
  if move and move[1] ~= move[2] and value:find("^/") and not value:find("^/[/\\]") then
    return moved(value, move[1], move[2]) or value
  end
  return value
end

local function trimmed(text)
  return text:match("^%s*(.-)%s*$")
end

-- attributes of a Set-Cookie value that stay, one after the other (RFC 6265, section 5.2)
local function cookie(value, edits)
  local kept, dropped, domains = {}, edits.dropped or {}, edits.domains or {}
  for part in (value .. ";"):gmatch("([^;]*);") do
    local name, text = part:match("^([^=]*)=?(.*)$")
    name = trimmed(name):lower()
    text = trimmed(text)
    if #kept == 0 then
      kept[1] = part
    elseif dropped[name] then
      name = nil
    elseif name == "domain" and domains[text:lower():gsub("^%.", "")] then
      name = nil
    elseif name == "path" and edits.move then
      local rest = behind(text, edits.move[1], "^/")
      if edits.move[1] ~= "" and (rest == "" or rest == "/") then
        part = " Path=" .. (edits.move[2] == "" and "/" or edits.move[2])
      elseif rest and rest:find("^/[^/]") then
        part = " Path=" .. edits.move[2] .. rest
      end
      kept[#kept + 1] = part
    else
      kept[#kept + 1] = part
    end
  end
  for _, attribute in ipairs(edits.added or {}) do
    kept[#kept + 1] = " " .. attribute
  end
  return table.concat(kept, ";")
end

function envoy_on_request(handle)
  local route = handle:metadata()
  local headers = handle:headers()
  local own = (headers:get(":scheme") or "http") .. "://" .. (headers:get(":authority") or "")
  if route:get("redirects") then
    handle:streamInfo():dynamicMetadata():set("devcors", "own", own)
  end
  local origin = route:get("origin")
  if not origin then
    return
  end
  if headers:get("origin") == own then
    headers:replace("origin", origin)
  end
  local referer = headers:get("referer")
  local rest = referer and behind(referer, own, "^/")
  if rest then
    headers:replace("referer", origin .. rest)
  end
end

function envoy_on_response(handle)
  local route = handle:metadata()
  local headers = handle:headers()
  local redirects, value = route:get("redirects"), headers:get("location")
  if redirects and value then
    local known = handle:streamInfo():dynamicMetadata():get("devcors") or {}
    headers:replace("location", location(value, redirects, known.own or ""))
  end
  local edits, count = route:get("cookies"), headers:getNumValues("set-cookie")
  if edits and count > 0 then
    local values = {}
    for index = 0, count - 1 do
      values[#values + 1] = cookie(headers:getAtIndex("set-cookie", index), edits)
    end
    headers:remove("set-cookie")
    for _, made in ipairs(values) do
      headers:add("set-cookie", made)
    end
  end
end
