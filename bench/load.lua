-- wrk script: posts a sample message, each time with a fresh MessageID and tracking id.
-- wrk -s bench/load.lua ... URL -- samples/send-cda-discharge.xml SEED [acks]
-- It asks for no acknowledgement, or with "acks" for an infrastructure acknowledgement.

local parts, message_at, tracking_at = {}, {}, {}

local function uuid()
    local r = math.random
    return string.format("%04X%04X-%04X-4%03X-%04X-%04X%04X%04X", r(0, 65535), r(0, 65535), r(0, 65535), r(0, 4095),
        r(32768, 49151), r(0, 65535), r(0, 65535), r(0, 65535))
end

local function split(text)
    local from = 1
    for before, name, after in text:gmatch("()({{%a+}})()") do
        parts[#parts + 1] = text:sub(from, before - 1)
        parts[#parts + 1] = name
        local at = name == "{{messageId}}" and message_at or tracking_at
        at[#at + 1] = #parts
        from = after
    end
    parts[#parts + 1] = text:sub(from)
end

function init(args)
    math.randomseed(tonumber(args[2]))
    local file = assert(io.open(args[1], "rb"))
    local text = file:read("*a")
    file:close()
    local host = wrk.host .. ":" .. wrk.port
    local now = os.time()
    local values = {
        to = "http://" .. host .. wrk.path,
        created = os.date("!%Y-%m-%dT%H:%M:%SZ", now),
        expires = os.date("!%Y-%m-%dT%H:%M:%SZ", now + 12 * 3600),
        timestampId = uuid(),
        payloadId = uuid(),
    }
    text = text:gsub("{{(%a+)}}", values)
    text = text:gsub('ackrequested" value="true"', 'ackrequested" value="false"')
    if args[3] == "acks" then
        text = text:gsub('infackrequested" value="false"', 'infackrequested" value="true"')
    end
    local action = text:match("<wsa:Action>(.-)</wsa:Action>")
    local length = #text:gsub("{{%a+}}", uuid())
    split("POST " .. wrk.path .. " HTTP/1.1\r\nHost: " .. host .. "\r\nContent-Type: text/xml;charset=UTF-8\r\n"
        .. 'SOAPAction: "' .. action .. '"\r\nContent-Length: ' .. length .. "\r\n\r\n" .. text)
end

function request()
    local message, tracking = uuid(), uuid()
    for _, at in ipairs(message_at) do
        parts[at] = message
    end
    for _, at in ipairs(tracking_at) do
        parts[at] = tracking
    end
    return table.concat(parts)
end

-- one line: requests, microseconds, p50 and p99 in microseconds, answers that are not positive, socket errors
function done(summary, latency)
    local e = summary.errors
    io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
        latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout))
end
