"""A kind that is known by its name is found in every usual spelling of name and value, and in no other."""

from __future__ import annotations

import pytest

from tests.helpers.samples import sample
from tests.helpers.shown import found

ENGINES = ("hyperscan", "ahocorasick")

SPELLINGS = {
    "env file": "{U}={v}",
    "env file with quotes": '{U}="{v}"',
    "env file with blanks": "{U} = {v}",
    "export": "export {U}={v}",
    "export with quotes": "export {U}='{v}'",
    "Windows set": "set {U}={v}",
    "Dockerfile ENV": "ENV {U}={v}",
    "YAML": "{l}: {v}",
    "YAML with quotes": '{l}: "{v}"',
    "YAML list item": "  - {U}={v}",
    "YAML value on the next line": "{l}:\n    {v}",
    "JSON": '{{"{l}": "{v}"}}',
    "JSON without blanks": '{{"{l}":"{v}"}}',
    "JSON value on the next line": '{{"{l}":\n  "{v}"}}',
    "JSON inside a string": '"{{\\"{l}\\": \\"{v}\\"}}"',
    "TOML": '{l} = "{v}"',
    "properties": "{d}={v}",
    "properties with a colon": "{d}: {v}",
    "INI": "[main]\n{l} = {v}",
    "XML element": "<{l}>{v}</{l}>",
    "XML element on its own line": "<{l}> {v} </{l}>",
    "XML key and value": '<add key="{U}" value="{v}" />',
    "XML name and value": "<param name='{U}' value='{v}'/>",
    "XML attribute": '<datasource {l}="{v}"/>',
    "Python": "{l} = '{v}'",
    "Python with a type": '{l}: str = "{v}"',
    "Python bytes": "{l} = b'{v}'",
    "Python f-string": '{l} = f"{v}"',
    "Python dict": "config = {{'{l}': '{v}'}}",
    "Python item": "os.environ['{U}'] = '{v}'",
    "Python keyword argument": 'Client({l}="{v}", timeout=3)',
    "Python default of get": 'os.getenv("{U}", "{v}")',
    "Python call": "initialize_{l}('{v}')",
    "JavaScript": 'const {c} = "{v}";',
    "JavaScript with a template": "const {c} = `{v}`;",
    "JavaScript member": 'module.exports.{c} = "{v}";',
    "JavaScript or": 'const k = process.env.{U} || "{v}";',
    "JavaScript property": "  {c}: '{v}',",
    "TypeScript": 'const {c}: string = "{v}";',
    "Go": '{c} := "{v}"',
    "Go with a type": 'var {c} string = "{v}"',
    "Go const": 'const {c} = "{v}"',
    "Java": 'private static final String {U} = "{v}";',
    "Java call": 'set{C}("{v}")',
    "Java properties call": 'props.put("{l}", "{v}");',
    "Kotlin": 'val {c}: String = "{v}"',
    "C macro": '#define {U} "{v}"',
    "C#": 'public string {C} {{ get; }} = "{v}";',
    "C# verbatim": 'var {c} = @"{v}";',
    "Rust": 'let {l}: &str = "{v}";',
    "Ruby": '{l} = "{v}"',
    "Ruby hash": "{{ :{l} => '{v}' }}",
    "Ruby new hash": "{{ {l}: '{v}' }}",
    "Ruby environment": "ENV['{U}'] ||= '{v}'",
    "Perl": '$ENV{{{U}}} = "{v}";',
    "PHP": "${l} = '{v}';",
    "PHP array": "'{l}' => '{v}',",
    "PHP define": "define('{U}', '{v}');",
    "Swift": 'let {c} = "{v}"',
    "HCL": '{l} = "{v}"',
    "HCL default": 'variable "{l}" {{ default = "{v}" }}',
    "PowerShell": '$env:{U} = "{v}"',
    "HTTP header": "X-{h}: {v}",
    "HTTP header with a scheme": "X-{h}: Bearer {v}",
    "curl -H": 'curl -H "X-{h}: {v}" https://a.host/',
    "URL parameter": "https://a.host/v1?{l}={v}&page=2",
    "form": "--data '{l}={v}&x=y'",
    "option": "tool --{o} {v}",
    "option with equals": "tool --{o}={v}",
    "option with quotes": 'tool --{o} "{v}"',
    "option in a list": '["tool", "--{o}", "{v}"]',
    "SQL": "UPDATE settings SET {l} = '{v}'",
    "comparison": 'if {l} == "{v}":',
    "Lisp": '(setq {o} "{v}")',
    "Clojure": '{{:{o} "{v}"}}',
    "C array": 'char {l}[] = "{v}";',
    "C++ braces": 'std::string {c}{{"{v}"}};',
    "C# accessors": 'public string {C} {{ get; set; }} = "{v}";',
    "Rust static": 'static {U}: &\'static str = "{v}";',
    "HCL variable": 'variable "{l}" {{\n  type    = string\n  default = "{v}"\n}}',
    "Terraform output": '"{l}": {{\n  "value": "{v}"',
    "name and value in JSON": '{{"name": "{U}", "value": "{v}"}}',
    "Android": '<meta-data android:name="{d}" android:value="{v}"/>',
    "Markdown": "**{l}**: `{v}`",
    "Markdown table": "| {l} | {v} |",
    "CSV": "{l},{v}",
    "command without an option": "npm config set {o} {v}",
    "command with a further option": 'gh secret set {U} --body "{v}"',
    "sentence": "The {l} is {v}",
    "Python list": "{l}s = ['{v}']",
    "Python list of lines": '{U}S = [\n    "{v}",\n]',
    "Python parentheses": '{l} = ("{v}")',
    "Rust string": 'let {l} = String::from("{v}");',
    "secret type": '{l} = SecretStr("{v}")',
    "Gradle field": 'buildConfigField "String", "{U}", "\\"{v}\\""',
    "Android on two lines": '<meta-data android:name="com.{d}"\n    android:value="{v}"/>',
    "XML element of three lines": "<{c}>\n    {v}\n</{c}>",
    "Hadoop": "<property>\n  <name>{d}</name>\n  <value>{v}</value>\n</property>",
    "property list": "<key>{C}</key>\n\t<string>{v}</string>",
    "HTML table": "<tr><td>{l}</td><td>{v}</td></tr>",
    "Markdown with a bold label": "**{l}:** `{v}`",
    "comment above a plain name": '# {l}\nVALUE = "{v}"',
    "alone on the next line": "Here is the {l}:\n{v}",
    "alone below a heading": "{l}\n\n{v}",
    "second argument": 'connect_{l}("staging", "{v}")',
    "second of a login": 'requests.get("https://api.{d}.com", auth=("api", "{v}"))',
    "name and value on a line": "{l} {v}",
    "value of a service": '{{"service": "{l}", "value": "{v}"}}',
    "sentence that goes on": "The {l} of team two is {v}",
    "name on the line before": "# {l}\n{v}",
    "section": "[{l}]\nhost = x\nkey = {v}",
    "element in an element": "<{l}>\n  <apiKey>{v}</apiKey>\n</{l}>",
    "below a heading of CSV": "id,{l},created\n17,{v},2024-01-02",
    "below a heading of a table": "| {l} | expires |\n|---|---|\n| {v} | 2031 |",
    "inside of a fence": "the {l} of staging:\n```\n{v}\n```",
    "client in a module of Ruby": "acme = Client_{l}::Client.new('{v}')",
    "client in a namespace of PHP": "new {l}\\Client('{v}')",
    "client of Swift": '{l}Client(with: "{v}")',
    "cells with semicolons": "{l};{v}",
    "value in two calls": '{l}: Some(String::from("{v}")),',
    "default of a field": '{l}: str = field(default="{v}")',
    "settings of .NET": '<setting name="{C}" serializeAs="String"><value>{v}</value></setting>',
    "list of definitions": "<dt>{l}</dt><dd>{v}</dd>",
    "call with a type first": 'buildConfigField("String", "{U}", "{v}")',
}
"""{l} lower_case, {U} UPPER_CASE, {c} camelCase, {C} PascalCase, {d} dotted, {h} Header-Case, {o} option-case."""

KINDS = {"datadog-api-key": "datadog_api_key", "heroku-api-key-legacy": "heroku_api_key"}


def spell(spelling: str, name: str, value: str) -> bytes:
    words = name.split("_")
    pascal = "".join(word.title() for word in words)
    text = SPELLINGS[spelling].format(
        v=value, l=name, U=name.upper(), c=words[0] + pascal[len(words[0]) :], C=pascal, d=".".join(words),
        h="-".join(word.title() for word in words), o="-".join(words),
    )  # fmt: skip
    return f"first line\n{text}\nlast line\n".encode()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_is_found(spelling: str, kind: str, engine: str) -> None:
    value = sample(kind)
    assert found(engine, spell(spelling, KINDS[kind], value)) == [(kind, value.encode())]


SILENT = {
    "the name in prose two sentences away": "We use {n} for this. It works well. See {v} for details.",
    "the name in prose on the same line": "the {n} team keeps {v} somewhere",
    "the name two lines before": "{n}\n\n{v}",
    "the name far before the word for a credential": "{n} is named so long before the one real key\n = '{v}'",
    "the name in a list of sums": "{n} token.tar.gz sha256 {v}",
    "the name in a comment above": "# {n}\nbuild: {v}",
    "another name in between": '{n}_enabled=true;build_id="{v}"',
    "another pair in between": '{{"{n}": true, "build": "{v}"}}',
    "the name after the value": "{v} {n}",
    "the name as a value": "service: {n}\nrevision: {v}",
    "the name in a path": "/opt/{n}/{v}/bin",
    "the name in a host": "https://{n}.host/{v}",
    "an import": "from {n} import client  # {v}",
    "a sum of a file": "{v}  {n}.tar.gz",
    "a column of something else": "{n},revision\nx,{v}",
    "a call of something else": '{n}::Digest.new("{v}")',
    "a call with a label of something else": '{n}Client(tenant: "{v}")',
    "a call with something else": 'connect_{n}(region, "{v}")',
    "the value goes on": '{n}_api_key = "{v}a"',
    "the value began earlier": '{n}_api_key = "a{v}"',
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", SILENT)
def test_what_is_no_relation_is_silent(case: str, kind: str, engine: str) -> None:
    text = "\n" + SILENT[case].format(n=KINDS[kind].split("_")[0], v=sample(kind)) + "\n"
    assert kind not in dict(found(engine, text.encode()))


BESIDE = {
    "canny API key: {v}": True,
    "[canny]\nkey = {v}": True,
    "the uncanny token {v}": False,
    "cannyToken('{v}')": True,
    "canny: {v}": False,
    "cannyid {v}": False,
    "canny token\n\n\n{v}": False,
}
"""Whether a name that is a word, too, counts."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", BESIDE)
def test_a_name_beside_the_word_for_a_credential(text: str, engine: str) -> None:
    seen = found(engine, b"\n" + text.format(v=sample("cannyio-api-key")).encode() + b"\n")
    assert ("cannyio-api-key" in dict(seen)) == BESIDE[text]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_name_may_not_be_too_far_from_its_operator(engine: str) -> None:
    value = sample("datadog-api-key")
    near, far = (f'datadog{"_x" * count} = "{value}"'.encode() for count in (14, 40))
    assert "datadog-api-key" in dict(found(engine, near))
    assert "datadog-api-key" not in dict(found(engine, far))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_name_is_found_in_any_case(engine: str) -> None:
    value = sample("datadog-api-key")
    for name in ("DataDog_Api_Key", "DATADOG_API_KEY", "dAtAdOg_api_key"):
        assert found(engine, f"{name}={value}".encode()) == [("datadog-api-key", value.encode())]


@pytest.mark.parametrize("engine", ENGINES)
def test_line_ends_of_windows_change_nothing(engine: str) -> None:
    value = sample("datadog-api-key")
    text = f'{{\r\n  "datadog_api_key":\r\n    "{value}"\r\n}}\r\n'.encode()
    assert found(engine, text) == [("datadog-api-key", value.encode())]


NAMED_BEFORE = {
    "a log that names its provider a line above": "[INFO] Starting the Heroku client\n[DEBUG] Using api key {}\n",
    "a module that is called as it is required": "const h = require('heroku')('{}');",
    "a PAT below the name of its provider": '# Heroku\npat = "{}"\n',
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", NAMED_BEFORE)
def test_a_name_before_the_value_was_missed(case: str, engine: str) -> None:
    value = sample("heroku-api-key-legacy")
    assert "heroku-api-key-legacy" in dict(found(engine, NAMED_BEFORE[case].format(value).encode()))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_client_of_a_name_that_is_a_word_was_missed(engine: str) -> None:
    value = sample("cannyio-api-key")
    assert "cannyio-api-key" in dict(found(engine, f'c = CannyClient("{value}")'.encode()))
    assert "cannyio-api-key" not in dict(found(engine, f'c = Canny.visit("{value}")'.encode()))


SET_UP = ['let c = Datadog::new("{}");', 'datadog.init("{}")', "datadog.configure('{}');", "datadog id 9f2 key {}"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", SET_UP)
def test_what_a_library_is_set_up_with_was_missed(text: str, engine: str) -> None:
    value = sample("datadog-api-key")
    assert "datadog-api-key" in dict(found(engine, text.format(value).encode()))


MISSED = {
    "a segment of the path of an interface's URL": "https://api.mapquest.com/v1/{v}/latest",
    "an interface in the path": "fetch('https://mapquest.com/api/json/{v}')",
    "the second argument of a client in Ruby": "Mapquest::Client.new('anna', '{v}')",
    "the argument behind a context": 'Mapquest.init(this, "{v}");',
    "what a function returns": 'def mapquest_key():\n    return "{v}"',
    "what a method returns": 'String getMapquestKey() {{\n    return "{v}";\n}}',
    "what an arrow returns": "const getMapquestKey = () => '{v}';",
    "what a case returns": "case 'mapquest':\n    return '{v}';",
    "a name in a comment alone": '# ours at mapquest\nX = "{v}"',
    "what a log says is logged in with": "connecting to mapquest.com\nauthenticating with {v}\nok",
    "a login of a user and a key": "mapquest login: anna@acme.net / {v}",
    "a stage in parentheses": "mapquest (production): {v}",
    "a name told last": "my key for mapquest is {v}",
    "a rule below a heading": "mapquest\n----\n{v}",
    "a string of Android": '<string name="mapquest" translatable="false">{v}</string>',
    "a default in a column": 'variable "mapquest" {{\n  description = "x"\n  default     = "{v}"\n}}',
    "a second argument on a line of its own": 'c = MapquestClient(\n    "https://mapquestapi.com/v2/",\n    "{v}",\n)',
    "a block with labels": 'source "mapquest" "base" {{\n  region = "eu"\n  key = "{v}"\n}}',
    "an export of a blog": "<wp:meta_key>mapquest_key</wp:meta_key>\n<wp:meta_value><![CDATA[{v}]]></wp:meta_value>",
    "a marked section": "<mapquest_key><![CDATA[{v}]]></mapquest_key>",
    "an argument's default": 'MAPQUEST_KEY="${{1:-{v}}}"',
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", MISSED)
def test_a_relation_was_missed(case: str, engine: str) -> None:
    value = sample("mapquest-api-key")
    assert ("mapquest-api-key", value.encode()) in found(engine, MISSED[case].format(v=value).encode() + b"\n")


ELSEWHERE = {
    "a page of a site": "https://www.mapquest.com/directions/{v}",
    "a file behind an interface": "https://api.mapquest.com/v1/{v}.png",
    "code below a name in code": 'from mapquest import x\nbuild = "{v}"',
    "a digest below a comment": '# sha256 of mapquest\nX = "{v}"',
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", ELSEWHERE)
def test_what_only_looks_like_such_a_relation_is_silent(case: str, engine: str) -> None:
    value = sample("mapquest-api-key")
    assert "mapquest-api-key" not in dict(found(engine, ELSEWHERE[case].format(v=value).encode() + b"\n"))


SECOND_ARGUMENTS = ('new Canny("anna", "{}")', 'canny.NewClient("anna", "{}")', 'Canny.init(this, "{}")')


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("text", SECOND_ARGUMENTS)
def test_the_second_argument_of_a_name_that_is_a_word_was_missed(text: str, engine: str) -> None:
    value = sample("cannyio-api-key")
    assert "cannyio-api-key" in dict(found(engine, text.format(value).encode()))


@pytest.mark.parametrize("engine", ENGINES)
def test_the_dash_of_a_default_was_taken_for_the_value(engine: str) -> None:
    value = sample("mapquest-api-key")
    text = f"API_TOKEN=${{API_TOKEN:-{value}}}\n"
    assert ("secret-assignment", value.encode()) in found(engine, text.encode())
