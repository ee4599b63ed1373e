"""Measure how many credentials are found however they are spelt: every kind in some seventy usual spellings.

    python tools/spellings.py [SAMPLES] [--seed N] [--every N] [--noise | --cut] [ID]... > RESULTS

A kind that is known by its name stands under names a person would give it (of its provider, of its own), not
under our keywords. A credential counts as found where any kind is shown in its place with a score of 0.5 or
more; the second figure counts its own kind alone. With `--noise`, values that must not be reported stand
there instead (placeholders, repeated characters, references), and what is shown is counted. With `--cut`, halves
of samples: under a name that says "token" such a value is a secret of some kind, but must not be shown as its own.
"""

from __future__ import annotations

import os
import random
import re
import sys
from collections import Counter

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

from scanner.detector import MEDIUM, Detector  # noqa: E402
from scanner.records import Credential  # noqa: E402
from scanner.settings import DetectSettings  # noqa: E402
from tests.helpers.samples import draw  # noqa: E402
from tests.helpers.surroundings import name_of  # noqa: E402

SPELLINGS = {
    "env": "{C}={v}",
    "env quoted": '{C}="{v}"',
    "env single": "{C}='{v}'",
    "export": "export {C}={v}",
    "export quoted": 'export {C}="{v}"',
    "set (cmd)": "set {C}={v}",
    "setx": "setx {C} {v}",
    "powershell env": '$env:{C} = "{v}"',
    "powershell": "${P} = '{v}'",
    "fish": "set -x {C} {v}",
    "ini": "[default]\n{s} = {v}",
    "properties": "{d}={v}",
    "properties blank": "{d} = {v}",
    "properties colon": "{d}: {v}",
    "toml": '[{parent}]\n{child} = "{v}"',
    "yaml": "{s}: {v}",
    "yaml quoted": '{s}: "{v}"',
    "yaml kebab": "{k}: '{v}'",
    "yaml nested": "{parent}:\n  {child}: {v}",
    "yaml nested deep": '{parent}:\n  enabled: true\n  {child}: "{v}"',
    "yaml name value": "- name: {C}\n  value: {v}",
    "yaml list": "- {C}={v}",
    "json": '{{"{s}": "{v}"}}',
    "json camel": '{{"{c}":"{v}"}}',
    "json constant": '"{C}": "{v}",',
    "json escaped": '"{{\\"{s}\\": \\"{v}\\"}}"',
    "json nested": '{{"{parent}": {{"{child}": "{v}"}}}}',
    "json nested lines": '{{\n  "{parent}": {{\n    "{child}": "{v}"\n  }}\n}}',
    "json name value": '{{"name": "{C}", "value": "{v}"}}',
    "python": '{s} = "{v}"',
    "python single": "{C} = '{v}'",
    "python dict": "config = {{'{s}': '{v}'}}",
    "python index": 'os.environ["{C}"] = "{v}"',
    "python kwarg": 'client = Client({s}="{v}")',
    "python kwarg provider": 'client = {Parent}({child}="{v}")',
    "python argument": 'client = {Parent}("{v}")',
    "python typed": '{s}: str = "{v}"',
    "python default": 'os.getenv("{C}", "{v}")',
    "js const": 'const {c} = "{v}";',
    "js let": "let {c} = '{v}'",
    "js template": "const {c} = `{v}`;",
    "js object": "{{ {c}: '{v}' }}",
    "js member": 'config.{c} = "{v}";',
    "js env": "process.env.{C} = '{v}';",
    "js fallback": "const {c} = process.env.{C} || '{v}';",
    "js new": "new {Parent}({{ {childc}: '{v}' }})",
    "js new argument": "const client = new {Parent}('{v}');",
    "ts": 'private readonly {c}: string = "{v}";',
    "java": 'private static final String {C} = "{v}";',
    "java local": 'String {c} = "{v}";',
    "java setter": 'client.set{P}("{v}");',
    "java put": 'map.put("{s}", "{v}");',
    "kotlin": 'val {c} = "{v}"',
    "kotlin const": 'const val {C}: String = "{v}"',
    "go": '{c} := "{v}"',
    "go var": 'var {c} string = "{v}"',
    "go const": 'const {P} = "{v}"',
    "go field": '{P}: "{v}",',
    "go setenv": 'os.Setenv("{C}", "{v}")',
    "c define": '#define {C} "{v}"',
    "c char": 'const char* {c} = "{v}";',
    "c array": 'char {s}[] = "{v}";',
    "cpp string": 'std::string {c} = "{v}";',
    "cpp braces": 'std::string {c}{{"{v}"}};',
    "rust": 'let {s} = "{v}";',
    "rust const": 'const {C}: &str = "{v}";',
    "rust static": 'pub static {C}: &\'static str = "{v}";',
    "csharp": 'string {c} = "{v}";',
    "csharp const": 'public const string {P} = "{v}";',
    "csharp verbatim": 'var {c} = @"{v}";',
    "csharp property": 'public string {P} {{ get; set; }} = "{v}";',
    "csharp attribute": '[assembly: {P}("{v}")]',
    "swift": 'let {c} = "{v}"',
    "swift typed": 'static let {c}: String = "{v}"',
    "objc": 'NSString *{c} = @"{v}";',
    "objc const": 'NSString * const k{P} = @"{v}";',
    "dart": "final String {c} = '{v}';",
    "ruby": "{s} = '{v}'",
    "ruby symbol": ":{s} => '{v}'",
    "ruby hash": "{s}: '{v}',",
    "ruby rocket": '"{s}" => "{v}",',
    "ruby env": "ENV['{C}'] = '{v}'",
    "ruby env or": 'ENV["{C}"] ||= "{v}"',
    "ruby fetch": "ENV.fetch('{C}', '{v}')",
    "ruby config": '{parent}.{child} = "{v}"',
    "ruby block": "{Parent}.configure do |config|\n  config.{child} = '{v}'\nend",
    "php": "${s} = '{v}';",
    "php define": "define('{C}', '{v}');",
    "php array": "'{s}' => '{v}',",
    "php const": "const {C} = '{v}';",
    "php env": "'{child}' => env('{C}', '{v}'),",
    "php putenv": 'putenv("{C}={v}");',
    "php member": '$this->{c} = "{v}";',
    "perl": 'my ${s} = "{v}";',
    "lua": 'local {s} = "{v}"',
    "elixir": 'config :{parent}, {child}: "{v}"',
    "scala": 'val {c}: String = "{v}"',
    "clojure": '{{:{k} "{v}"}}',
    "r": 'Sys.setenv({C} = "{v}")',
    "r arrow": '{s} <- "{v}"',
    "vb": 'Dim {c} As String = "{v}"',
    "xml element": "<{c}>{v}</{c}>",
    "xml snake": "<{s}>{v}</{s}>",
    "xml attribute": '<client {c}="{v}" />',
    "xml add": '<add key="{P}" value="{v}" />',
    "xml property": '<property name="{d}" value="{v}"/>',
    "xml property text": '<property name="{d}">{v}</property>',
    "android string": '<string name="{s}">{v}</string>',
    "android meta": '<meta-data android:name="{d}" android:value="{v}"/>',
    "plist": "<key>{P}</key>\n<string>{v}</string>",
    "html input": '<input type="hidden" name="{s}" value="{v}">',
    "dockerfile env": "ENV {C}={v}",
    "dockerfile env blank": "ENV {C} {v}",
    "dockerfile arg": "ARG {C}={v}",
    "compose list": "    environment:\n      - {C}={v}",
    "compose map": "    environment:\n      {C}: {v}",
    "actions env": "    env:\n      {C}: '{v}'",
    "terraform": '{s} = "{v}"',
    "terraform variable": 'variable "{s}" {{\n  type    = string\n  default = "{v}"\n}}',
    "terraform provider": 'provider "{parent}" {{\n  {child} = "{v}"\n}}',
    "helm set": "helm install app ./chart --set {d}={v}",
    "docker run": "docker run -e {C}={v} app",
    "systemd": 'Environment="{C}={v}"',
    "option": "tool --{k} {v}",
    "option equals": "tool --{k}={v}",
    "option provider": "{parent} login --{childk} {v}",
    "option list": '["--{k}", "{v}"]',
    "header": "X-{H}: {v}",
    "header code": '"X-{H}": "{v}"',
    "header set": 'req.Header.Set("X-{H}", "{v}")',
    "header request": 'headers = {{"{H}": "{v}"}}',
    "curl header": "curl -H 'X-{H}: {v}' https://api.{host}.com/v1",
    "curl bearer": 'curl https://api.{host}.com/v1/me -H "Authorization: Bearer {v}"',
    "curl bearer before": 'curl -H "Authorization: Bearer {v}" https://api.{host}.com/v1/me',
    "curl user": "curl -u {v}: https://api.{host}.com/v1/me",
    "query": "https://api.{host}.com/v1/items?api_key={v}",
    "query name": "https://example.net/v1/items?{s}={v}&limit=1",
    "query data": "curl https://api.net/x -d {s}={v}",
    "bearer named": "{C}: Bearer {v}",
    "comment slash": '// {plain}\nvar key = "{v}"',
    "comment hash": '# {plain}\nkey = "{v}"',
    "comment hash token": "# {Parent}\nTOKEN={v}",
    "comment behind": 'key = "{v}"  # {plain}',
    "comment in line": "// {plain}: {v}",
    "markdown": "**{plain}**: `{v}`",
    "markdown list": "- {plain}: {v}",
    "markdown table": "| {plain} | {v} |",
    "prose is": "The {plain} is {v}",
    "prose": "{plain} {v}",
    "log": "2026-11-20 10:04:05 INFO {s}={v} status=401",
    "log colon": "INFO {plain}: {v}",
    "csv": "{s},{v}",
    "sql insert": "INSERT INTO settings (name, value) VALUES ('{s}', '{v}');",
    "sql column": "UPDATE settings SET {s} = '{v}' WHERE id = 1;",
    "heredoc": "cat <<EOF > .env\n{C}={v}\nEOF",
    "npm config": "npm config set {k} {v}",
    "git config": "git config --global {parent}.{childc} {v}",
    "heroku": "heroku config:set {C}={v}",
    "gh secret": 'gh secret set {C} --body "{v}"',
    "provider only": '{parent} = "{v}"',
    "provider colon": "{parent}: {v}",
}

BARE = {"bare": "{v}", "bare quoted": '"{v}"', "bare list": "tokens = ['{v}', ]", "bare sentence": "use {v} here",
        "bare key": 'key = "{v}"', "bare url": "https://api.net/{v}/x", "bare call": 'f("{v}")'}  # fmt: skip

_KIND_WORDS = ("private key", "secret key", "access key", "api key", "api token", "access token", "client secret",
               "client id", "app key", "signing secret", "webhook", "password", "token", "secret", "key")  # fmt: skip


def words(text: str) -> list[str]:
    """The words of a title in small letters."""
    return [word for word in re.split(r"[^0-9a-z]+", text.lower()) if word]


def names(kind: Credential) -> list[tuple[list[str], list[str]]]:
    """(words of the provider, words of the value) for the names a person would give this kind."""
    title = re.sub(r"\(.*?\)", "", kind.name).lower()
    child = next((text for text in _KIND_WORDS if text in title), "key").split()
    provider = words(re.sub(r"\(.*?\)|\.(?:com|io|ai|net|org|app|co)\b", "", kind.provider))
    rest = words(title)
    own = rest[len(provider) :] if rest[: len(provider)] == provider else []
    found = [(provider, child)]
    if own and own != child:
        found.append((provider, own))
    keyword = name_of(kind).snake.split("_")
    found.append((keyword[:1], keyword[1:] or child))
    return [(parent, value) for parent, value in found if parent]


def fields(parent: list[str], child: list[str], value: str) -> dict[str, str]:
    """What the spellings are filled with."""
    all_words = parent + child
    caps = [word.capitalize() for word in all_words]
    return {
        "C": "_".join(all_words).upper(), "s": "_".join(all_words), "k": "-".join(all_words), "d": ".".join(all_words),
        "c": all_words[0] + "".join(caps[1:]), "P": "".join(caps), "H": "-".join(caps), "plain": " ".join(caps),
        "parent": "_".join(parent), "child": "_".join(child), "Parent": "".join(w.capitalize() for w in parent),
        "childc": child[0] + "".join(w.capitalize() for w in child[1:]), "childk": "-".join(child),
        "host": "".join(parent), "v": value,
    }  # fmt: skip


def noise(value: str, rnd: random.Random) -> str:
    """A value that must not be reported, about as long as `value`."""
    n = len(value)
    choice = rnd.randrange(7)
    return (
        "x" * n if choice == 0 else "YOUR_API_KEY" if choice == 1 else "<your-token>" if choice == 2
        else "${API_KEY}" if choice == 3 else ("0123456789abcdef" * n)[:n] if choice == 4
        else "process.env.API_KEY" if choice == 5 else "changeme"
    )  # fmt: skip


def main() -> None:
    """Draw, look, print."""
    arguments = sys.argv[1:]
    made_up, cut = "--noise" in arguments, "--cut" in arguments
    arguments = [argument for argument in arguments if argument not in ("--noise", "--cut")]
    seed = int(arguments.pop(arguments.index("--seed") + 1)) if "--seed" in arguments else 1
    arguments = [argument for argument in arguments if argument != "--seed"]
    every = int(arguments.pop(arguments.index("--every") + 1)) if "--every" in arguments else 1
    arguments = [argument for argument in arguments if argument != "--every"]
    samples = int(arguments.pop(0)) if arguments and arguments[0].isdigit() else 1
    detector = Detector(DetectSettings())
    kinds = [kind for kind in detector.catalogue.credentials if not arguments or kind.id in arguments][::every]
    tried, any_kind, own_kind = Counter[str](), Counter[str](), Counter[str]()
    of_kind, missed = Counter[str](), dict[str, Counter[str]]()
    for kind in kinds:
        number = 0
        variants = names(kind) if kind.keywords else [(["service"], ["token"])]
        spellings = SPELLINGS if kind.keywords else SPELLINGS | BARE
        for label, form in spellings.items():
            for _ in range(samples):
                number += 1
                value = draw(kind, f"s{seed}/{number}", number).strip("\n")
                if "\n" in value or re.search(r"[\s\"'`<>]", value):
                    continue
                if made_up:
                    value = noise(value, random.Random(f"{seed}/{number}"))
                if cut:
                    value = value[: len(value) // 2]
                parent, child = random.Random(f"{kind.id}/{seed}/{number}").choice(variants)
                text = form.format(**fields(parent, child, value)).encode()
                start = text.rindex(value.encode())
                seen = [s for s in detector.inspect(text + b"\n") if s.score >= MEDIUM]
                seen = [s for s in seen if s.span.start < start + len(value) and s.span.end > start]
                group = "named: " if kind.keywords else "distinct: "
                for cell in (group + label, group + "ALL"):
                    tried[cell] += 1
                    any_kind[cell] += bool(seen)
                    own_kind[cell] += any(s.credential == kind.id for s in seen)
                of_kind[kind.id] += 1
                if bool(seen) == made_up:
                    missed.setdefault(kind.id, Counter())[f"{label}[{'_'.join(parent)}|{'_'.join(child)}]"] += 1
    print("| spelling | texts | shown as any kind % | as its own % |\n| --- | ---: | ---: | ---: |")
    for cell in sorted(tried, key=lambda cell: any_kind[cell] / tried[cell]):
        print(f"| {cell} | {tried[cell]} | {100 * any_kind[cell] / tried[cell]:.1f} | "
              f"{100 * own_kind[cell] / tried[cell]:.1f} |")  # fmt: skip
    print("\n| kind | found % | missed in |\n| --- | ---: | --- |")
    for name in sorted(missed, key=lambda name: -missed[name].total() / of_kind[name]):
        told = ", ".join(list(missed[name])[:8])
        print(f"| {name} | {100 - 100 * missed[name].total() / of_kind[name]:.0f} | {told} |")


if __name__ == "__main__":
    main()
