"""Surroundings: how a name and its value stand in code, configuration and text of many kinds."""

from __future__ import annotations

import random
from typing import NamedTuple

PASSWORD_NAMES = (
    "password",
    "db_password",
    "passwd",
    "admin_password",
    "user_pwd",
    "passphrase",
    "smtp_pass",
    "root_password",
)
SECRET_NAMES = (
    "secret",
    "api_key",
    "auth_token",
    "client_secret",
    "access_token",
    "secret_key",
    "app_token",
    "signing_key",
)
ASIDE_NAMES = {
    "a digest": ("sha256", "checksum", "token_hash", "password_digest", "md5", "integrity"),
    "an id": ("token_id", "secret_id", "request_id", "id", "key_id", "credential_id"),
    "an encoded asset": ("image", "icon", "src", "token_icon", "logo"),
    "a version": ("version", "token_version", "password_policy_version", "api_version"),
}


class Place(NamedTuple):
    """Text with {name} and {value}; how the name is spelled; what quoting the value stands in."""

    text: str
    spelling: str = "snake"  # snake | constant | camel | pascal | kebab | dotted
    quoted: bool = True


PLACES = {
    "Python assignment": Place('import os\n\n{name} = "{value}"\nhost = "db1"\n'),
    "Python class attribute": Place(
        "class Settings:\n    debug: bool = False\n    {name}: str = '{value}'\n", "constant"
    ),
    "Python keyword argument": Place('client = connect(host="db1", user="app", {name}="{value}", timeout=3)\n'),
    "Python dictionary": Place("CONFIG = {{\n    'user': 'app',\n    '{name}': '{value}',\n}}\n"),
    "Python subscript": Place('app.config["{name}"] = "{value}"\n', "constant"),
    "Python default of getenv": Place('{name} = os.getenv("{name}", "{value}")\n', "constant"),
    "Python comparison": Place('if {name} == "{value}":\n    login()\n'),
    "Python implicit join": Place('{name} = (\n    "{value}"\n)\n'),
    "JavaScript constant": Place("const {name} = '{value}';\nconst port = 3000;\n", "camel"),
    "JavaScript object": Place("module.exports = {{\n  user: 'app',\n  {name}: '{value}',\n}};\n", "camel"),
    "JavaScript fallback": Place("const {name} = process.env.{name} || '{value}';\n", "constant"),
    "TypeScript field": Place("export class Config {{\n  private readonly {name}: string = '{value}';\n}}\n", "camel"),
    "JavaScript call": Place("await page.fill('#{name}', '{value}');\n", "kebab"),
    "Java constant": Place('    private static final String {name} = "{value}";\n', "constant"),
    "Java setter": Place('        dataSource.set{name}("{value}");\n', "pascal"),
    "Java annotation": Place('    @Value("${{app.{name}:{value}}}")\n    private String x;\n', "dotted"),
    "Kotlin value": Place('val {name}: String = "{value}"\n', "camel"),
    "C# property": Place('    public string {name} {{ get; set; }} = "{value}";\n', "pascal"),
    "C# connection string": Place('var c = "Server=db1;User Id=app;{name}={value};Encrypt=true";\n', "pascal", False),
    "C definition": Place('#define {name} "{value}"\n', "constant"),
    "C variable": Place('static const char *{name} = "{value}";\n'),
    "C array": Place('const char {name}[] = "{value}";\n'),
    "Go short": Place('\t{name} := "{value}"\n\treturn nil\n', "camel"),
    "Go field": Place('\tcfg := Config{{User: "app", {name}: "{value}"}}\n', "pascal"),
    "Go constant": Place('const {name} string = "{value}"\n', "camel"),
    "Rust": Place('let {name}: &str = "{value}";\n'),
    "Swift": Place('let {name} = "{value}"\n', "camel"),
    "Ruby": Place('  config.{name} = "{value}"\n'),
    "Ruby hash": Place("  User.create(name: 'a', {name}: '{value}')\n"),
    "Ruby rocket": Place("  {{ :user => 'app', :{name} => '{value}' }}\n"),
    "PHP variable": Place("<?php\n${name} = '{value}';\n", "camel"),
    "PHP array": Place("$db['default']['{name}'] = '{value}';\n"),
    "PHP arrow": Place("    '{name}' => '{value}',\n"),
    "PHP define": Place("define('{name}', '{value}');\n", "constant"),
    "Perl": Place("my ${name} = '{value}';\n"),
    "PowerShell": Place('${name} = "{value}"\nConnect-Server\n', "pascal"),
    "PowerShell secure string": Place('${name} = ConvertTo-SecureString "{value}" -AsPlainText -Force\n', "pascal"),
    "shell export": Place('export {name}="{value}"\n', "constant"),
    "shell bare": Place("#!/bin/sh\n{name}={value}\nrun\n", "constant", False),
    "command option": Place("mytool login --user app --{name} {value} --host db1\n", "kebab", False),
    "command option, joined": Place("mytool login --{name}={value} --host db1\n", "kebab", False),
    "Dockerfile": Place("FROM base\nENV {name} {value}\n", "constant", False),
    "compose list": Place("    environment:\n      - {name}={value}\n      - PORT=1\n", "constant", False),
    ".env": Place("PORT=3000\n{name}={value}\nDEBUG=1\n", "constant", False),
    "YAML": Place("db:\n  user: app\n  {name}: {value}\n  port: 1\n", "snake", False),
    "YAML quoted": Place('db:\n  {name}: "{value}"\n', "camel"),
    "YAML name and value": Place('env:\n  - name: {name}\n    value: "{value}"\n', "constant"),
    "YAML block": Place("db:\n  {name}: >-\n    {value}\n  port: 1\n", "snake", False),
    "JSON": Place('{{\n  "user": "app",\n  "{name}": "{value}",\n  "port": 1\n}}\n', "camel"),
    "JSON in one line": Place('{{"user":"app","{name}":"{value}","port":1}}\n', "snake"),
    "JSON in a string": Place('body := "{{\\"user\\":\\"app\\",\\"{name}\\":\\"{value}\\"}}"\n', "snake"),
    "TOML": Place('[db]\n{name} = "{value}"\n', "kebab"),
    "INI": Place("[db]\nuser = app\n{name} = {value}\n", "snake", False),
    "properties": Place("app.user=app\napp.{name}={value}\n", "dotted", False),
    "XML element": Place("  <user>app</user>\n  <{name}>{value}</{name}>\n", "camel"),
    "XML attribute": Place('<db user="app" {name}="{value}" port="1"/>\n', "camel"),
    "XML property": Place('<property name="{name}" value="{value}"/>\n', "dotted"),
    "XML add key": Place('<add key="{name}" value="{value}" />\n', "pascal"),
    "HCL attribute": Place('resource "db" "x" {{\n  {name} = "{value}"\n}}\n'),
    "HCL default": Place('variable "{name}" {{\n  type    = string\n  default = "{value}"\n}}\n'),
    "SQL identified by": Place("CREATE USER 'app'@'%' IDENTIFIED BY '{value}';\n-- {name}\n"),
    "SQL role": Place("CREATE ROLE app LOGIN {name} '{value}';\n", "sql"),
    "form data": Place("curl -X POST -d 'user=app&{name}={value}' http://db1/login\n", "snake", False),
    "query parameter": Place("GET http://db1.lan/v1/list?{name}={value}&page=2\n", "snake", False),
    "header": Place("  -H 'X-{name}: {value}' \\\n", "header", False),
    "Markdown": Place("Log in at db1.\n\n- user: app\n- {name}: `{value}`\n", "plain"),
    "Markdown prose": Place("The {name} is {value}, ask Jo.\n", "plain", False),
    "comment": Place("// user: app {name}: {value}\n", "plain", False),
    "notebook": Place('   "source": [\n    "{name} = \\"{value}\\"\\n",\n    "run()"\n   ]\n'),
    "here-document": Place("cat > /etc/app.conf <<EOF\nuser app\n{name} {value}\nEOF\n", "snake", False),
    "Lisp": Place('(setq {name} "{value}")\n', "kebab"),
    "MATLAB struct": Place("cfg.{name} = '{value}';\n"),
    "Objective-C": Place('NSString *{name} = @"{value}";\n', "camel"),
    "Ansible task": Place("- user:\n    name: app\n    {name}: '{value}'\n"),
    "property list": Place("<key>{name}</key>\n<string>{value}</string>\n", "camel"),
}
CODE = {
    "Python": Place("{name} = {value}\n", "snake", False),
    "Python argument": Place("connect(host, {name}={value}, port=1)\n", "snake", False),
    "Python annotation": Place("def login(user: str, {name}: {value} = None):\n", "snake", False),
    "JavaScript": Place("const {name} = {value};\n", "camel", False),
    "JavaScript property": Place("  {name}: {value},\n", "camel", False),
    "Java": Place("        this.{name} = {value};\n", "camel", False),
    "Go": Place("\t{name} := {value}\n", "camel", False),
    "Ruby": Place("  {name}: {value},\n", "snake", False),
    "C": Place("    ctx->{name} = {value};\n", "snake", False),
    "shell": Place("{name}=$({value})\n", "constant", False),
    "YAML": Place("  {name}: {value}\n", "snake", False),
}
LABELS = {
    "translation, YAML": Place('en:\n  form:\n    {name}: "{value}"\n'),
    "translation, JSON": Place('  "{name}": "{value}",\n', "camel"),
    "translation, properties": Place("label.{name}={value}\n", "dotted", False),
    "form label": Place('<label for="{name}">{value}</label><input name="{name}" placeholder="{value}">\n', "kebab"),
    "error message": Place('raise ValueError("{name}: {value}")\n', "snake"),
}


def named(name: str, spelling: str) -> str:
    """A snake_case name in another spelling."""
    words = name.split("_")
    rest = [word.capitalize() for word in words[1:]]
    return {
        "constant": name.upper(),
        "camel": words[0] + "".join(rest),
        "pascal": words[0].capitalize() + "".join(rest),
        "kebab": "-".join(words),
        "dotted": ".".join(words),
        "header": "-".join(word.capitalize() for word in words),
        "plain": " ".join(words),
        "sql": "PASSWORD",
    }.get(spelling, name)


def lay(place: Place, name: str, value: str, rnd: random.Random) -> tuple[str, int]:
    """The text with lines of noise around, and the offset of the value in it."""
    mark = "\0"
    body = place.text.format(name=named(name, place.spelling), value=mark)
    noise = f"# step {rnd.randint(1, 99)}\n" if rnd.random() < 0.5 else "\n"
    text = noise + body
    at = text.index(mark)
    return text.replace(mark, value), len(text[:at].encode())
