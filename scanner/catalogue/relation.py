r"""The true relation between a name and its value, in every usual spelling, in one place.

A kind whose format cannot be told from noise demands its name nearby: assigned (env files, YAML, JSON,
TOML, properties, code), as a header, URL parameter, XML element or attribute, call argument or
command-line option. Patterns give `keywords` and `value`; `compose` joins them into one expression that
starts at the keyword, `screen` into the shorter one that hyperscan looks for.
"""

from __future__ import annotations

import re

TAIL = r"[\w.\-]{0,30}?(?: [\w.]{1,14}){0,3}"
_WHOLE = r"(?!\w)"  # the name's last word has ended: else all that may follow is tried behind each of its letters
_CLOSE = r"(?:\\?[\"'`]|[\])}*]|\[\d{0,4}\]){0,3}"
_SPACE = r"[ \t]{0,20}"
_TYPE = r"(?::[ \t]{0,4}(?:&'static )?[\w.<>\[\]|?&]{1,30}[ \t]{1,4})?"
_TYPE_AFTER = r"(?:[ \t]{1,4}[\w.\[\]*]{1,24}[ \t]{1,4})?"  # Go: password string = "..."
_OPERATOR = r"(?:=>|:=|->|<-|===?|!==?|\?=|\+=|\|\|=|\|\||\?\?=?|=|:-?)"
_ACCESSORS = r"(?:[ \t]{0,4}\{[ \t]{0,4}get;[ \t\w;]{0,40}\})?"  # C#: Password { get; set; } = "..."
_OPENING = (
    r"(?:(?:[(\[]|[>|][+\-]?)[ \t]{0,4}\r?\n[ \t]{1,40}"
    r"|\r?\n[ \t]{1,40}(?=[\"'])|[(\[][ \t]{0,4}(?=[\"']))?"
)  # the value on the next line, in parentheses, a list or a block
_ELEMENT = r"(?:(?:\\?[\"'`])?>[ \t]{0,8}|>[ \t]{0,8}\r?\n[ \t]{1,24})"
_ELEMENT_SCREEN = r"(?:\\?[\"'`])?>[ \t]{0,8}(?:\r?\n[ \t]{1,24})?"
_ATTRIBUTE = (
    r"\\?[\"'](?:,\s{0,16}|\s{1,16})(?:\\?[\"'])?(?:android:)?(?:value|content|default(?:Value)?)(?:\\?[\"'])?"
    r"[ \t]{0,2}[=:][ \t]{0,2}"
)  # name="acme_key" value="...", {"name": "ACME_KEY", "value": "..."}
_ATTRIBUTE_SCREEN = (
    r"[\\\"']{1,2},?\s{0,16}[\\\"']{0,2}(?:android:)?"
    r"(?:value|content|default(?:Value)?)[\\\"']{0,2}[ \t]{0,2}[=:][ \t]{0,2}"
)
_OUTPUT = r"\\?[\"'][ \t]{0,4}:[ \t]{0,4}\{\s{0,24}\\?[\"']value\\?[\"'][ \t]{0,2}:[ \t]{0,4}"  # Terraform's state
_BRACE_SCREEN = r"\{[ \t]{0,4}"
_BRACE = _BRACE_SCREEN + r"(?=\\?[\"'])"  # C++: std::string key{"..."}
_ASKS = (
    ("encode", "decode", "get", "fetch", "strip", "lstrip", "rstrip", "split", "replace", "match", "matches", "find")
    + ("startswith", "endswith", "startsWith", "endsWith", "indexOf", "includes", "contains", "join", "format")
    + ("search", "sub")
)  # methods that set nothing
_CALL = r"(?=\()" + "".join(rf"(?<!\.{name})" for name in _ASKS) + r"\([ \t]{0,4}"
_CALL_SCREEN = r"\([ \t]{0,4}"
_TYPED = r"(?:\"[Ss]tring\",[ \t]{0,4})?"  # buildConfigField("String", "NAME", "value"), define("NAME", "value")
_PAIR_SCREEN = r"[\"'][ \t]{0,4},[ \t]{0,4}"
_PAIR = rf"(?=[\"'\\])(?<=(?:\(|(?i:header)[ ])[ \t]{{0,4}}{_TYPED}[\"'][#\w.\- ]{{1,60}})\\?{_PAIR_SCREEN}"
_CONSTANT_NAME = r"(?<=\([ \t]{0,4}[\w.:]{0,60}[A-Z][A-Z0-9_]{2,40})"
_CONSTANT = r"(?=[ \t,])" + _CONSTANT_NAME + r"[ \t]{0,2},[ \t]{0,4}(?=[\"'])"  # put(Keys.API_KEY, "value")
_CONSTANT_SCREEN = r",[ \t]{0,4}[\"']"
_OPTION_NAME = r"(?:(?:^|[\s\"'\[,])--?|(?:#define|ENV|ARG|setenv|set -x|\(setq)[ \t]{1,4})[\w.\-]{1,60}"
_OPTION_SCREEN = r"(?:[ \t]{1,4}|[\"'][ \t]{0,4},[ \t]{0,4})"
_OPTION = f"(?=[ \t\"'])(?<={_OPTION_NAME}){_OPTION_SCREEN}"

_BELOW = r"[\"']?[ \t]{0,4}\r?\n[ \t]{1,24}value[ \t]{0,2}:[ \t]{1,4}"  # Kubernetes: name, then value
_SIBLING = r"</(?i:key|name|t[dh]|dt)>\s{0,24}<(?i:string|value|td|dd)>"  # property lists, Hadoop, tables

_SIBLING_SCREEN = r"</\w{2,4}>\s{0,24}<\w{2,6}>"

_ANCHOR = r"(?:(?:&[\w\-]{1,32}|!!str)[ \t]{1,4})?"  # YAML: password: &password x
_ANCHOR_SCREEN = r"(?:[&!][\w\-!]{1,32}[ \t]{1,4})?"  # weaker: hyperscan's automaton of that is too large
_SPACED = r"(?:[ \t]{0,20}|\*\*[ \t]{0,18})"  # Markdown: **Token:** x
_SPACED_SCREEN = r"[ \t*]{0,20}"
_ASSIGN = f"{_CLOSE}{_ACCESSORS}{_SPACE}(?:{_TYPE}|{_TYPE_AFTER}){_OPERATOR}{_SPACED}{_ANCHOR}"
_PLAIN = r"(?i:key|token|secret|auth|pass(?:word|wd)?|pwd|credentials?|bearer|sid|api|(?<![a-z])pat(?![a-z]))"
_FETCHED = r"(?:(?:[\w.]{1,12}\.)?(?:env|getenv|get|fetch)\([\"'][\w.]{1,40}[\"'],[ ]{0,2}(?=[\"']))?"  # or a default
_KEY = rf"(?:[\w.\-]{{0,24}}{_PLAIN}[\w\-]{{0,12}}|value|raw)(?:\\?[\"'`])?[ \t]{{0,4}}(?:=>|[:=>])[ \t]{{0,4}}"
_KEY += _FETCHED
_SIBLINGS = r"(?:\r?\n[ \t]{1,40}(?:[^\n]{1,50}\n[ \t]{1,40}){0,2}?)?"  # first of a section's lines, or the third
_OPENED = (
    r"(?:\\?[\"'`](?: \"[\w\-]{1,24}\")?)?[ \t]{0,4}(?:=>|[:=])?[ \t]{0,4}(?:[\w.:]{1,30})?[{\[(]{0,2}[ \t]{0,4}"
    + _SIBLINGS
)
_AMONG = r"(?:[^\n=:]{0,30}, ?(?:\\?[\"']\w{1,16}\\?[\"']: ?[^\n,:{}]{1,40}, ?)?)?"
_INSIDE = rf"{_OPENED}{_AMONG}(?:\\?[\"'`])?{_KEY}"  # acme: {api_key: ...}}, Acme.new(token: ...)
_URL = (
    r"[\w.\-/:%@]{0,60}[?&](?:[\w.\-%\[\]]{1,30}=[^&\s\"']{0,30}&){0,2}"
    r"(?!(?:v|ver|version|rev|hash|etag|_)=)[\w.\-%\[\]]{1,30}="
)  # host?key=..., not script.js?v=...
_SECTION = rf"[\w.\- \"']{{0,20}}\][ \t]{{0,4}}\r?\n(?:[^\n\[]{{0,60}}\n){{0,3}}?{_KEY}"  # [acme], and a key below
_LATER = (
    r"[^\n]{0,60}\r?\n(?:[\-=~]{3,40}(?:\r?\n){1,2}|(?:user|url|host|env)\w{0,8}[ \t]{0,2}[:=][^\n]{1,40}\n)?"
    rf":?[^\n=:]{{0,40}}?(?:\\?[\"'`])?{_KEY}"
)  # named on the line above, or above a rule
_HEADER = (
    r"[\w.\-/:%@?=&]{0,60}[\"']?[ \t\\]{1,4}(?:\r?\n[ \t]{0,20})?(?:-X[ \t]?[A-Z]{3,6}[ \t]{1,2})?"
    r"(?:(?:-H|--header)[ \t=]{0,2}[\"'][^\"'\n]{1,50}[\"'][ \t\\]{1,4}(?:\r?\n[ \t]{0,20})?)?"
    r"(?:-H|--header)[ \t=]{0,2}[\"'][\w\-]{1,40}:[ \t]{0,3}"
)  # curl https://api.acme.com -H "Authorization: ..."
_DEFAULT = r"[\"'][ \t]{0,4}\{[^{}]{0,160}?\bdefault[ \t]{0,20}=[ \t]{0,4}"  # Terraform: variable "acme_key" {...}
_CELL_SCREEN = r"(?:[ \t*`\"']{0,4}\||[\"']?[,;])[ \t]{0,4}"
_CELL = f"(?=[ \t*`\"'|,;])(?<={_PLAIN}){_CELL_SCREEN}"  # the next cell of a table or of CSV
_BLANK_SCREEN = r"[*`\"']{0,3}[ \t]{1,4}(?:(?:is|was|--[\w\-]{1,12})[ \t=:]{1,4})?"
_BLANK = f"(?=[*`\"' \t])(?<={_PLAIN}){_BLANK_SCREEN}"  # npm config set acme-key ..., "the acme token is ..."
_SPOKEN = rf"(?:(?<={_PLAIN})|(?=[^\n]{{0,24}}{_PLAIN}))"
_CAPTION = (
    _SPOKEN + r"[^\n]{0,60}\r?\n[ \t]{0,40}[^\n=:(]{1,40}?[ \t]{0,4}(?:=>|:=|[:=])[ \t]{0,4}(?=[bru@]?\\?[\"'`])"
)  # a comment that speaks of the key, above any name
_ALONE = (
    rf"(?:{_SPOKEN}|(?=[ \t]{{0,2}}:[ \t]{{0,4}}\r?\n))[^\n]{{0,40}}(?:\r?\n){{1,2}}(?:```\w{{0,8}}\r?\n)?"
    rf"[ \t>\-*]{{0,12}}"
    r"(?=[\"'`]?[^\s\"'`]{8,1200}[\"'`,;]{0,2}[ \t]{0,4}(?:\r?\n|\Z))"
)  # the name on one line, the value alone on the next, in Markdown also inside of a fence
_COLUMN_SCREEN = (
    r"[\"'`*]{0,2}[ \t]{0,2}[,;|][^\n]{0,60}\r?\n(?:[|:\- ]{3,60}\r?\n)?(?:[^\n]{0,60}?[,;|])?[ \t\"'`*|]{0,4}"
)
_COLUMN = f"(?=[\"'`* \t,;|])(?<={_PLAIN}){_COLUMN_SCREEN}(?<=[\n,;|][ \t\"'`*|]{{0,4}})"
"""Below its heading, of CSV or of a table."""
_SCOPED_SCREEN = (
    r"(?:(?:::|\\{1,2})[A-Za-z][\w.]{0,24}){0,2}\([ \t]{0,2}(?:(?:with|using)\w{0,12}:[ \t]{0,2})?(?=@?[\"'])"
)
_SETS_UP = (
    r"(?:(?i:client|api)(?:(?:::|\.)new)?|(?<!(?:::|\.)\w{1,30})(?:(?:::|\.)new"
    r"|\.(?i:init(?:iali[sz]e)?|config(?:ure)?|setup|connect|auth(?:enticate|ori[sz]e)?|login)))"
)
_SCOPED = rf"{_SCOPED_SCREEN}(?<={_SETS_UP}\([ \t]{{0,2}}(?:\w{{4,17}}:[ \t]{{0,2}})?)"
r"""Acme::Client.new("..."), Acme\Client('...'), AcmeClient(with: "..."), Acme::new("..."), acme.init("...")."""
_REQUIRED = r"[\"'][ \t]{0,2}\)[ \t]{0,2}\([ \t]{0,2}(?=[\"'])"  # require("acme")("...")
_LOGIN = (
    r"[\w.\-/:%@?=&]{0,60}[\"'][ \t]{0,2},[ \t]{0,2}auth[ \t]{0,2}=[ \t]{0,2}\([ \t]{0,2}[\"'][^\"'\n]{0,40}[\"'],"
    r"[ \t]{0,2}"
)  # get("https://api.acme.com", auth=("user", "..."))
_SECOND = (
    r"(?:(?:::|\\{1,2})[A-Za-z]\w{0,24}){0,2}(?:\.new)?"
    r"\(\s{0,24}(?:(?:[\"'][^\"'\n]{1,60}[\"']|this|self|\w{0,8}(?i:context))[ \t]{0,4},\s{0,24}){1,2}(?=[\"'])"
)  # acme.Client("user", "..."), Acme::Client.new("user", "..."), Acme.init(this, "..."), acme.New("url", "user", "...")
_TOLD = (
    rf"(?<={_PLAIN}\w{{0,12}}\([ \t]{{0,2}}[\"'][\w.\- ]{{1,40}})[\"'],[ \t]{{0,4}}"
    r"(?:[\"'][^\"'\n]{1,60}[\"'],[ \t]{0,4}){0,2}(?=[\"'])"
)  # Credentials("acme", "host", "user", "..."), set_password("acme", "user", "...")
_TOLD_SCREEN = r"[\"'],[ \t]{0,4}(?:[\"'][^\"'\n]{1,60}[\"'],[ \t]{0,4}){0,2}(?=[\"'])"
_LISTED = rf"(?=[\"'])(?<=\[[ \t]{{0,4}}[\"'][\w.\- ]{{1,60}}){_PAIR_SCREEN}(?=[\"'][^\"'\s]{{8,999}}[\"'][ ]{{0,2}}\])"
_DECLARED = (
    r"[\"']?[ \t]{0,2}:?[ \t]{0,2}\{?\s{1,24}(?:[\"']?(?i:type|in|required|schema|format|description|secure|sensitive)"
    r"[\"']?[ \t]{0,2}:[^\n{},]{0,40},?\s{1,24}){0,4}?[\"']?(?i:default(?:value)?|example|value)[\"']?"
    r"[ \t]{0,2}:[ \t]{1,4}"
)  # of a parameter, in OpenAPI, RAML and templates of Azure
_LABELLED = r"</label>\s{0,24}<input[ ][^<>\n]{0,60}?(?<=[ ])value="
_USED = (
    r"[\w.\-/:%@?=&]{0,60}[\"']?[ \t]{1,4}(?:-X[ \t]?[A-Z]{3,6}[ \t]{1,2})?(?:-u|--user|-a|--auth)[ \t=]{1,2}"
    r"[\"']?[^\s:\"']{0,40}:"
)  # curl https://api.acme.com -u user:...
_ITEM = (
    rf"(?<={_OPTION_NAME})[\"']?,?[ \t]{{0,4}}\r?\n[ \t]{{0,40}}(?:-[ \t]{{1,4}})?(?=[\"'\w])"
    rf"|{_ASSIGN}(?:\[\]string)?\{{(?=[\"'][^\"'\s]{{8,1200}}[\"']\}})"
    rf"|{_CLOSE}[ \t]{{0,4}}=[ \t]{{0,4}}\r?\n(?=[\"'])"
)  # an option and its value as items of a list, http.Header{"X-Acme-Key": {"..."}}
_SCHEMED = r"(?:\+\w{2,8})?://(?:[\w.\-%]{1,40}:)?(?=[^\s/@\"']{8,999}@)"  # acme://...@default
_DASH = rf"(?:[ \t]{{1,4}}(?:-{{1,2}}>?|–|—)[ \t]{{1,4}}(?=\\?[\"'`])|[ \t]{{0,4}}(?:→|：){_SPACED})"  # token - '...'
_ITEM_SCREEN = (
    r"[\"']?,?[ \t]{0,4}\r?\n[ \t]{0,40}(?:-[ \t]{1,4})?[\"'\w]"
    r"|[\"'`\])]{0,3}[ \t]{0,8}[:=]{1,2}[ \t]{0,4}(?:(?:\[\]string)?\{[\"']|\r?\n[\"'])"
)
_FED = (
    r"(?:[ ](?:login|auth|token|config)){0,2}[ \t]{1,3}(?:--[\w\-]{2,24}[ ])?<<<[ \t]{0,2}"
    r"|[ \t]{0,2}=[ \t]{0,2}<<[\-~]?[\"']?[A-Z]{3,8}[\"']?\r?\n[ \t]{0,20}"
)  # acme login <<< "...", acme_key = <<EOT
_LINE = (
    r"(?<=(?:\A|\n)[ \t]{0,12}[\w.\- ]{2,40})(?<!(?i:sha-?\d{1,3}|md5|sum|digest|commit|revision))[ \t]{1,4}"
    r"(?=[\"'`]?[^\s\"'`]{8,1200}[\"'`]?[,;]?[ \t]{0,4}(?:\r?\n|\Z))"
)  # a line of a name and a value
_WRAP = r"(?:new[ \t])?(?:[A-Za-z_][\w.:]{0,30}\([ \t]{0,4}){1,2}(?:default[ \t]{0,2}=[ \t]{0,2})?(?=@?\\?[\"'])"
"""String::from("..."), Some(String::from("...")), SecretStr("..."), field(default="...")."""
_NET = r"[\"'][ \t]{1,4}serializeAs=[\"']String[\"'][ \t]{0,2}>\s{0,24}<value>"  # settings of .NET
_RETURNED = (
    r"(?:[ \t]{0,2}=[ \t]{0,2})?\(\w{0,12}\)[^\n\"'{};]{0,30}[{:>=][ \t]{0,4}(?:\r?\n[ \t]{1,24})?"
    r"(?:return[ \t(]{1,2})?(?=[\"'])|[\"'][ \t]{0,2}:\s{0,24}return[ \t]{1,2}(?=[\"'])"
)  # def acme_key(): return "...", getAcmeKey() { return "..."; }, case "acme": return "..."
_DEFAULTED = r"[ \t]{0,4}[:=][ \t]{0,4}[\w.()]{1,40}?\.default\([ ]?(?=[\"'])|[\"'] to (?=[\"'])"
"""key: z.string().default("..."), "acme" to "..."."""
_EXPANSION = r"[\"']?\$\{\w{1,16}:-"  # key="${1:-...}"
_CDATA = r"(?:[ \t]{0,4}>|</wp:meta_key>\s{0,24}<wp:meta_value>)[ \t]{0,8}<!\[CDATA\["  # and an export of WordPress
_UNTRANSLATED = r"\" translatable=\"false\">[ \t]{0,8}\"?"  # a string of Android
_FURTHER = f"{_INSIDE}|{_URL}|{_HEADER}|{_SECTION}|{_LATER}|{_DEFAULT}|{_OUTPUT}|{_CAPTION}|{_ALONE}|{_LOGIN}|{_SECOND}"
_FURTHER += f"|{_NET}|{_REQUIRED}|{_RETURNED}|{_UNTRANSLATED}|{_DEFAULTED}|{_ASSIGN}(?:{_WRAP}|{_EXPANSION})|{_CDATA}"
_FURTHER += f"|{_DECLARED}|{_LABELLED}|{_FED}|{_USED}|{_ITEM}|{_CLOSE}{_DASH}|{_SCHEMED}"
_FURTHER_SCREEN = f"{_FURTHER.replace(_SPOKEN, '').replace(_ITEM, _ITEM_SCREEN)}|{_BLANK_SCREEN}|{_CELL_SCREEN}"
_FURTHER_SCREEN += f"|{_COLUMN_SCREEN}|{_SCOPED_SCREEN}|{_PAIR_SCREEN}{_WRAP}|{_TOLD_SCREEN}"
_FURTHER += f"|{_BLANK}|{_CELL}|{_LINE}|{_COLUMN}|{_SCOPED}|{_PAIR}{_WRAP}|{_TOLD}"
_DIGESTS = r"(?![^\n]{0,80}(?i:sha-?[1235]|md5|commit|checksum|integrity|digest|revision|etag|fingerprint|h1:))"
_RUN = r"[\w\-+/=.:~|]"
_OVER = r"(?:(?:\r?\n[\-=~]{3,40})?\r?\n[^\w\n]{0,12})?(?:(?<=[\s\"'`=:(,;>\[|}])|(?<=“|‘|→|：))"
"""On this line, or the first word of the next."""
_DRAWN = rf"(?={_RUN}{{12}})(?={_RUN}{{0,40}}?(?:[0-9]|[a-z][A-Z]{{2}}))"
_MIXED = (
    rf"(?={_RUN}{{16}})(?=[\w\-+/=]{{0,60}}[g-zG-Z])(?=(?:{_RUN}{{0,40}}?[0-9]){{2}})"
    rf"(?!{_RUN}{{0,60}}\.(?:com|org|net|io)\b)"
)  # more than digits of base 16, which are mostly those of a digest
_STAGE = r"(?:[ ]\(\w{2,12}\)|[ ](?:is|was))?"  # acme (production): ..., the key of acme is ...
_REMARK = (
    r"(?<=(?:\A|\n)[ \t]{0,16}(?:\#|//|--|/?\*|<!--|;|%)[^\n]{0,60})"
    r"(?<!(?i:sha-?\d|md5|checksum|digest|hash|commit|revision|version)[^\n]{0,40})"
)
_BELOW_REMARK = (
    rf"(?=[^\n]{{0,40}}\r?\n[^\n=:(]{{1,40}}?[:=]){_REMARK}"
    rf"[^\n]{{0,40}}\r?\n[^\n=:(]{{1,40}}?[ \t]{{0,4}}(?:=>|:=|[:=])[ \t]{{0,4}}[bru@]?\\?[\"'`]?{_MIXED}"
)  # named in a comment alone, above any other name
_SEGMENT = (
    r"[\w.\-]{0,24}(?::\d{2,5})?/(?:[\w.\-]{1,24}/){0,4}?"
    r"(?=[\w\-.]{16})(?=[\w\-]{0,60}?[g-zG-Z])(?=(?:[\w\-]{0,40}?[0-9]){2})(?![\w\-]{0,99}\.\w{2,4}(?!\w))"
)
_PLACED = (
    r"(?=[\w.\-]{0,24}[:/])(?<=(?:https?|wss)://[\w.\-]{1,60})"
    r"(?:(?<=[/.]api[./][\w.\-]{1,40})|(?=[\w.\-/]{0,60}(?:(?<=[/.]api)[./]|/v\d{1,2}(?:\.\d)?/)))" + _SEGMENT
)  # a segment in the path of an interface's URL at the host of that name
_LEADING = (
    r"[\w.\-]{0,24}(?::\d{2,5})?/(?:[\w\-]{1,12}/)?(?:api|v\d{1,2}(?:\.\d)?|keys?|tokens?|hooks?|services|webhooks?)/"
)
_DIRECT = (
    rf"(?=[\w.\-]{{0,24}}[:/])(?<=(?:https?|wss?)://[\w.\-]{{1,60}}){_LEADING}"
    r"(?=[\w\-]{16,160}(?:[/\"'`?\s#,)\\]|\Z))(?![a-z_\-]{1,160}(?![\w\-]))"
)  # the first segment, where no other says what it is the id of
_ALONE_THERE = rf"(?={_RUN}{{16,1200}}[ \t]{{0,4}}(?:\r?\n|\Z))"
_NUMBERED = r"(?=[^\s]{0,40}[0-9@])(?=[^\s]{5})"
_NEXT_CELL = r"[ \t]{0,2}[|,;\t][ \t]{0,2}[\"'`]{0,2}"
_CELL_END = r"[\"'`]{0,2}[ \t]{0,4}(?:[|,;\t\r\n]|\Z)"
_ACCOUNT = r"(?![\"'`]{0,2}v?\d{1,4}[.\-])(?:[\w.+\-]{1,40}@[\w.\-]{3,40}|[\w\-]{3,40})"
_ACCOUNTED = (
    rf"[\w \-]{{0,16}}?(?:(?:\.\w{{2,6}}/?)?[\"'`*]{{0,3}}{_NEXT_CELL}{_ACCOUNT}[\"'`]{{0,2}}{_NEXT_CELL}"
    rf"(?={_RUN}{{16,1200}}{_CELL_END})"
    rf"|[*]{{0,2}}:[*]{{0,2}}[ \t]{{1,4}}{_ACCOUNT}(?:[ ]{{1,2}}[/|][ ]{{1,2}}|:)(?={_RUN}{{16}})"
    rf"|[ \t]{{1,2}}{_NUMBERED}{_ACCOUNT}[ \t]{{1,2}}{_ALONE_THERE}"
    rf"|\r?\n{_NUMBERED}{_ACCOUNT}\r?\n{_ALONE_THERE}){_DRAWN}"
)  # name, account and secret: the cells of a row, the words of a line, three lines
_HEADED = (
    r"(?<=(?:\A|\n)[ \t]{0,8}(?:\#{1,6}|h[1-6]\.|\*{1,2}|(?:<details>)?<summary>|<h[1-6]>)[ \t]{0,4}[\w.\- ]{1,40})"
    r"[ \t]{0,2}[*:=]{0,3}(?:</\w{1,8}>)?[ \t]{0,2}(?:\r?\n){1,2}"
    r"(?:```\w{0,8}\r?\n|\{(?:noformat|code)\}[ ]{0,2}(?:\r?\n)?|<code>|<pre>)?[ \t`>*\-]{0,8}"
    rf"(?={_RUN}{{16,1200}}(?:[\"'`,;.]{{0,2}}|\{{(?:noformat|code)\}}|</\w{{2,5}}>)[ \t]{{0,4}}(?:\r?\n|\Z)){_DRAWN}"
)  # below a heading of the name alone, and alone there
_LAST_COLUMN = (
    r"[*`]{0,3}[ \t]{0,4}\|?[ \t]{0,2}\r?\n\|?[|:\- ]{3,60}\r?\n(?:[^\n]{0,60}?\|)?[ \t\"'`*]{0,4}"
    rf"(?={_RUN}{{16,999}}[`*]{{0,3}}[ \t]{{0,4}}\|?[ \t]{{0,2}}(?:\r?\n|\Z)){_DRAWN}"
)
_LOGGED_IN = (
    r"(?:(?:[^\n]{0,40}\r?\n)?[^\n]{0,24}?(?i:authenticat|authori[sz]|logg?|sign)\w{1,6} (?:in )?(?:with|using)[ ]"
    r"|[ \t]{0,2}(?i:credentials?|creds|login|account)[ \t]{0,2}(?:[:=]|->)?[ \t]{1,2}[\w.@+\-]{3,60}"
    rf"(?:[ ][/:][ ]|:|,[ ](?:secret|key|password)[ ])){_DRAWN}"
)  # ... login: user / ..., authenticating with
_MENTION = (
    rf"{_DIGESTS}(?:[^\n]{{0,36}}?{_OVER}{_MIXED}|{_BELOW_REMARK}|{_PLACED}|{_LOGGED_IN}"
    rf"|{_DIRECT}|{_ACCOUNTED}|{_HEADED}|{_LAST_COLUMN}"
    rf"|(?:(?<={_PLAIN})|[^\n]{{0,24}}?{_PLAIN})[^\n]{{0,28}}?{_OVER}{_DRAWN}"
    rf"|(?:[^\n]{{0,24}}\r?\n{_DIGESTS}[^\n]{{0,40}}?|[^\n]{{0,52}}?){_PLAIN}[ \t]{{1,2}}[\"'`]?{_DRAWN}"
    rf"|{_STAGE}[^\w\n]{{0,6}}{_OVER}(?={_RUN}{{20}}){_DRAWN})"
)
"""A name of one provider and, not far behind it, what looks drawn at random; what does so less only where the word for
a credential stands between the two, or nothing."""
_KEPT = (
    rf"(?<={_PLAIN}[sS]?[\"']?[ ]?[:=]?[ ]?\{{[^{{}}]{{1,60}}(?:\{{[^{{}}]{{1,40}})?)[\"']?[ \t]{{0,4}}(?:=>|[:=])"
    rf"[ \t]{{0,4}}[\"'](?={_RUN}{{16}}){_DRAWN}"
)  # keys: {acme: "..."}
_BESIDE = (
    rf"(?![a-z])(?:{_DIGESTS}[^\n]{{0,24}}?(?:\r?\n[^\n]{{0,24}}?)?(?<![a-z](?=[a-z])){_PLAIN}"
    rf"[^\n]{{0,20}}?{_OVER}{_DRAWN}|{_STAGE}[^\w\n]{{1,6}}{_OVER}{_MIXED}"
    rf"|[\"']?,?\r?\n[ \t]{{1,12}}[\"']?value[\"']?[ \t]{{0,2}}:[ \t]{{0,4}}[\"']?{_MIXED}"
    rf"|_?[cC]lient\([ \t]{{0,2}}[\"']{_DRAWN}|{_PLACED}|{_KEPT}"
    rf"|[ \t]{{0,2}}:?(?<=(?:\A|\n)[ \t#*/\-]{{0,8}}[\w.\-]{{1,24}}[ \t]{{0,2}}:?)\r?\n[ \t]{{0,8}}"
    rf"{_ALONE_THERE}{_MIXED}|{_HEADED}(?={_MIXED})|{_ACCOUNTED}(?={_MIXED})"
    rf"|(?i:\.init\w{{0,8}}|\.connect|\.login)\([ \t]{{0,2}}[\"']{_MIXED}"
    r"|(?:(?i:(?:::|\.(?:new)?|_)?client(?:\.new)?|\.(?:init\w{0,8}|connect|configure|new))){0,2}"
    rf"\([ \t]{{0,2}}(?:(?:[\"'][^\"'\n]{{1,40}}[\"']|this),[ ]{{0,2}}){{1,2}}[\"'](?={_RUN}{{20}}){_DRAWN})"
)
"""A word that is a provider's name among other things, the word for a credential on its line or the next one, and what
looks drawn at random; or a client of that name, or nothing, between the two, and what looks so more plainly."""
_MENTION_SCREEN = (
    rf"(?:[^\n]{{0,66}}?|[^\n]{{0,24}}\r?\n[^\n]{{0,60}}?){_OVER}{_DRAWN}|{_SEGMENT}|{_LEADING}[\w\-]{{16}}"
    rf"|\r?\n[\w@.+\-]{{5,80}}\r?\n{_RUN}{{16}}|[^\n\w]{{0,4}}(?:</\w{{1,8}}>)?[ \t]{{0,2}}(?:\r?\n){{1,2}}"
    rf"(?:```\w{{0,8}}\r?\n|\{{\w{{4,8}}\}}\s{{0,2}}|<\w{{3,4}}>)?[ \t`>*\-]{{0,8}}{_RUN}{{16}}"
    rf"|[^\n]{{0,40}}\r?\n[^\n=:(]{{1,40}}?[ \t]{{0,4}}(?:=>|:=|[:=])[ \t]{{0,4}}[bru@]?\\?[\"'`]?{_DRAWN}"
    r"|[^\w\n]{0,12}\r?\n\|?[|:\- ]{3,60}\r?\n"
)
_NEXT_LINE = r"(?:(?:[(\[]|[>|][+\-]?)?[ \t]{0,4}\r?\n[ \t]{1,40}|[(\[]{1,2}[ \t]{0,4}(?=@?\\?[\"'`]))?"
_SCHEME = r"(?:(?i:bearer|token|basic|apikey|api-key|key|ssws|splunk|bot|oauth|geniekey)[ \t]{1,2})?"
_TYPOGRAPHIC = r"“|‘|R\"\(|r#{1,2}\"|q\{|&quot;|\\u0022"
OPEN = rf"(?:[bBrRfFuU@$]{{0,2}}(?:\\?[\"'`]){{1,3}}|{_TYPOGRAPHIC})?{_SCHEME}"


_JOIN = re.compile(r"(?<=[0-9a-z])_(?=[0-9a-z])")
_SEPARATORS = ("", "_", "-", ".", " ")


def spellings(keyword: str) -> list[str]:
    """Every way to write a name of several words: `acme_key` is acmekey, acme_key, acme-key, acme.key, acme key."""
    words = _JOIN.split(keyword.lower())
    return [first + between + rest for first, rest in _split(words) for between in _SEPARATORS] or words


def _split(words: list[str]) -> list[tuple[str, str]]:
    if len(words) < 2:
        return []
    rest = "_".join(words[1:])
    return [(words[0], text) for text in spellings(rest)]


def _name(keyword: str) -> str:
    return r"[_.\- ]?".join(re.escape(word) for word in _JOIN.split(keyword.lower()))


def _names(keywords: tuple[str, ...]) -> str:
    return "(?i:" + "|".join(map(_name, sorted(keywords, key=len, reverse=True))) + ")"


def bridge(same_line: bool, further: bool) -> str:
    """What may stand between a name and its value; `further` for names that belong to one provider."""
    after = _OPENING if same_line else _NEXT_LINE
    near_by = f"{_ASSIGN}{after}|{_ELEMENT}|{_ATTRIBUTE}|{_CALL}|{_PAIR}|{_OPTION}|{_BELOW}|{_SIBLING}|{_DEFAULT}"
    near_by += f"|{_BRACE}|{_CONSTANT}|{_LISTED}"
    return f"{_WHOLE}(?:{near_by}|{_FURTHER})" if further else f"{_WHOLE}(?:{near_by})"


SHARED = (*(bridge(line, names) for line in (True, False) for names in (True, False)), _MENTION, _BESIDE)
"""What stands in the expressions of hundreds of kinds, each a whole with no group of its own."""


def compose(keywords: tuple[str, ...], value: str, bounds: str, further: bool, beside: tuple[str, ...]) -> str:
    """The exact expression: starts at the keyword; the value is its first group unless it names its own.

    Of the names in `beside` the word for a credential must stand near, too.
    """
    if "(?P<secret>" in value:  # a value that knows its own quoting
        return f"{_names(keywords)}{TAIL}{bridge(True, further)}{value}"
    between = f"{TAIL}{bridge(False, further)}{OPEN}"
    if further:
        between = f"(?:{between}|{_MENTION})"
    between = _names(keywords) + between
    if beside:
        between = f"(?:{between}|{_names(beside)}{_BESIDE})"
    return f"{between}(?P<secret>{value})(?![{bounds}])"


_COMMON = frozenset(
    ("access_key", "access_token", "api_key", "api_secret", "api_token", "auth_token", "authorization")
    + ("client_secret", "password", "private_key", "secret", "secret_key", "token")
)


def common(keywords: tuple[str, ...]) -> bool:
    """Whether one of these names is in use far beyond one provider."""
    return not _COMMON.isdisjoint(keywords)


def near(keywords: tuple[str, ...], first: str) -> str:
    """A short expression for hyperscan: a keyword, and not far behind it the beginning of a value (`first`).

    Weaker than `screen`, and far cheaper to compile, which counts where there are hundreds of kinds.
    """
    return f"(?:{'|'.join(map(_name, keywords))})[\\w.\\- ]{{0,40}}[\\s\\S]{{0,100}}[^0-9A-Za-z]{first}"


def screen(keywords: tuple[str, ...], first: str) -> str:
    """Keyword, bridge and the first sufficient bytes of a value (`first`): all that hyperscan can say of a kind.

    Where nothing but blanks stands between the two, the name must be an option's or a definition's, else every
    sentence with such a word in it is looked at.
    """
    names = f"(?:{'|'.join(map(_name, keywords))})"
    plain = f"{names}(?:{_behind('')}{first}|{_NAME_SCREEN}{_DEFAULT_SCREEN})"
    return f"{plain}{_OR_LED}{names}[\\w.\\-]{{0,40}}{_OPTION_SCREEN}{_OPEN_SCREEN}{first}"


def halves(expression: str) -> tuple[str, str]:
    """A screen's two halves: what holds wherever it stands, and what holds behind `LED` alone ("" if there is none).

    For `re`: the first says that the name has ended, which is so wherever it holds, and cannot be said to hyperscan.
    """
    plain, _, led = expression.partition(_OR_LED)
    return plain.replace(_behind(""), _behind("", _WHOLE), 1), led


_LEAD = r"(?:--?|(?:#define|ENV|ARG|setenv|set -x|\(setq)[ \t]{1,4})[\w.\-]{0,60}"
_OR_LED = f"|(?<={_LEAD})"
LED = f"(?:{_LEAD})\\Z"
"""What must end where a name begins that nothing but blanks parts from its value."""
_OPEN_SCREEN = r"(?:[bBrRfFuU@$]{0,2}[\\\"'`]{1,6})?" + _SCHEME.replace("(?i:", "(?:")
_NAME_SCREEN = r"[\w.\- ]{0,36}"
_CLOSE_SCREEN = r"[\\\"'`\])}*]{0,4}(?:\[\d{0,4}\][\\\"'`\])}*]{0,2})?"
_BLOCK_SCREEN = r"[(\[>|+\-]{0,2}[ \t]{0,4}(?:\r?\n[ \t]{1,40})?"
_ASSIGN_SCREEN = (
    rf"{_CLOSE_SCREEN}[ \t]{{0,20}}{_OPERATOR}{_SPACED_SCREEN}(?:{_ANCHOR_SCREEN}|{_BLOCK_SCREEN})"
    rf"|(?:{_CLOSE_SCREEN}[ \t]{{0,4}}(?:{_TYPE}|{_TYPE_AFTER}){_OPERATOR}|{_ACCESSORS}[ \t]{{0,4}}=)"
    r"[ \t]{0,4}[(\[]?[ \t]{0,4}(?:\r?\n[ \t]{1,24})?"
)
"""`_ASSIGN` and what opens behind it, without all of their parts at once: else it would be twice as wide."""
_DEFAULT_SCREEN = r"[\"'][ \t]{0,4}\{"
"""The beginning of `_DEFAULT`: all of it would be too wide."""


def _behind(also: str, whole: str = "") -> str:
    same = f"{_ASSIGN_SCREEN}|{_ELEMENT_SCREEN}|{_ATTRIBUTE_SCREEN}|{_CALL_SCREEN}|{_PAIR_SCREEN}|{_CONSTANT_SCREEN}"
    between = f"(?:{same}|{_BELOW}|{_SIBLING_SCREEN}|{_BRACE_SCREEN}{also})"
    return f"{_NAME_SCREEN}{whole}{between}{_OPEN_SCREEN}"


BEHIND = _behind(f"|{_OPTION_SCREEN}|{_DEFAULT}", _WHOLE)
"""What may stand between a keyword and the value, weaker than `bridge` where hyperscan cannot say it."""
BEHIND_FURTHER = f"(?:{BEHIND}|[\\w.\\- ]{{0,40}}{_WHOLE}(?:{_FURTHER_SCREEN}){_OPEN_SCREEN}|{_MENTION_SCREEN})"
"""The same for names that belong to one provider."""
