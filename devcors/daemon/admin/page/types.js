/**
 * What the admin API answers (docs/admin-api.md), for readers and for the type checker. There is no code here.
 *
 * @typedef {object} Row One exchange in the list.
 * @property {number} id
 * @property {number} time milliseconds since the epoch
 * @property {string} kind "http", "websocket" or "tunnel"
 * @property {string} lane
 * @property {string} method
 * @property {string} url
 * @property {string} path
 * @property {string | null} route
 * @property {number | null} status
 * @property {number | null} duration_ms
 * @property {number} request_bytes
 * @property {number} response_bytes
 * @property {string | null} origin
 * @property {string | null} error
 * @property {string | null} aborted
 * @property {number | null} preflight
 * @property {boolean} cross_origin
 * @property {null | "allowed" | "blocked" | "only with devcors" | "unmade"} verdict
 * @property {{set: number, refused: number}} cookies
 *
 * @typedef {[string, string][]} Fields Names and values, in the order of the message.
 *
 * @typedef {object} BrowserVerdict
 * @property {boolean} allowed
 * @property {string} [error]
 * @property {string} [parameter]
 * @property {string[]} [messages]
 *
 * @typedef {object} Cors
 * @property {boolean} allowed
 * @property {string} step
 * @property {string | null} header
 * @property {BrowserVerdict} chromium
 * @property {BrowserVerdict} firefox
 * @property {string} explanation
 * @property {string} fix
 * @property {string[]} assumed
 * @property {{allowed: boolean}} server
 * @property {string[]} warnings
 *
 * @typedef {object} CookieEntry
 * @property {string} name
 * @property {"set" | "sent"} way
 * @property {string[] | string | null} rewritten
 * @property {string[]} warnings
 * @property {string} explanation
 * @property {{accepted: boolean, reasons?: string[]}} chromium
 * @property {{accepted: boolean, reasons?: string[], message?: string}} firefox
 * @property {{accepted: boolean, reasons?: string[], message?: string}} safari
 *
 * @typedef {object} ExchangeRecord docs/record.md
 * @property {number} id
 * @property {string} time
 * @property {string} lane
 * @property {string} kind
 * @property {string} method
 * @property {string} url
 * @property {string | null} target
 * @property {string | null} route
 * @property {number | null} status
 * @property {number | null} duration_ms
 * @property {number | null} first_byte_ms
 * @property {number} request_bytes
 * @property {number} response_bytes
 * @property {string | null} origin
 * @property {number | null} preflight
 * @property {string | null} aborted
 * @property {string | null} error
 * @property {Cors | null} cors
 * @property {CookieEntry[]} cookies
 * @property {string[]} warnings
 *
 * @typedef {object} BodyNote
 * @property {number} size
 * @property {number} kept
 * @property {string | null} media_type
 *
 * @typedef {object} Detail One exchange, whole.
 * @property {ExchangeRecord} record
 * @property {Row} row
 * @property {{line: string, received: Fields, sent: Fields | null} | null} request
 * @property {{status: number | null, reason: string | null, received: Fields | null, sent: Fields | null} | null} response
 * @property {Row[]} timeline
 * @property {{request: BodyNote | null, response: BodyNote | null}} bodies
 * @property {string} why
 * @property {{chromium: string[], firefox: string[]}} console
 * @property {{server: string, text: string}[]} fixes
 *
 * @typedef {object} Body
 * @property {number} size
 * @property {number} kept
 * @property {string | null} media_type
 * @property {string | null} encoding
 * @property {string | null} text
 * @property {string | null} base64
 * @property {boolean} truncated
 * @property {string | null} note
 *
 * @typedef {object} Route
 * @property {string} name
 * @property {string | null} target
 * @property {string | null} [rewrite]
 * @property {string} cors
 * @property {any} [match]
 * @property {number} requests
 * @property {number} errors
 * @property {number} blocked
 * @property {number | null} last seconds since the epoch
 * @property {{state: "up" | "down" | "unknown", error: string | null}} [health]
 * @property {boolean} [editable]
 *
 * @typedef {object} Status
 * @property {string} version
 * @property {string | null} config
 * @property {string} folder
 * @property {number} uptime_s
 * @property {string} front_door
 * @property {number | null} memory_bytes
 * @property {boolean} paused
 * @property {string | null} profile
 * @property {{count: number, size: number, limit_count: number, limit_size: number}} store
 * @property {Route[]} routes
 * @property {Route[]} intercept
 *
 * @typedef {object} Problem Something wrong with the config; line and column from 1, 0 where it has none.
 * @property {string} file
 * @property {number} line
 * @property {number} column
 * @property {string} message
 * @property {string | null} hint
 * @property {string} [source_line]
 *
 * @typedef {object} ConfigText
 * @property {string | null} path
 * @property {string} text
 * @property {string | null} etag
 * @property {Problem[]} problems
 * @property {string[]} files
 * @property {boolean} editable
 */
export {};
