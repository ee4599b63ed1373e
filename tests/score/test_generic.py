"""Passwords and secrets in assignments: what must stay silent, and what must speak."""

from __future__ import annotations

import base64
import random
import string
import uuid

import pytest

from scanner.detector import MEDIUM
from scanner.score.generic import fitting
from scanner.score.place import MOST_USED, weigh
from tests.helpers.shown import detector, shown

ENGINES = ("hyperscan", "ahocorasick")
FORMS = ['password = "{}"', "password={}", "password: {}", '"password": "{}",', "secret_key = '{}'", "--password {}"]

SILENT = {
    "references": ["${DB_PASSWORD}", "$DB_PASSWORD", "$(cat secret.txt)", "{{ password }}", "{{password}}",
                   "<%= password %>", "#{password}", "%(password)s", "%s", "%PASSWORD%", "${{ secrets.PW }}",
                   "vault:secret/data", "op://vault/item", "ENC[AES256]", "ref+vault://x", "arn:aws:secretsmanager:x",
                   "!vault", "valueFrom", "*alias", "&anchor", "@Value"],
    "environment": ['os.environ["PW"]', "os.environ['DB_PASS']", 'os.getenv("PW")', "process.env.DB_PASSWORD",
                    'ENV["PW"]', "secrets.DB_PASSWORD"],
    "calls": ["getPassword()", 'config.get("password")', "user.getPassword()", "generate(16)", "input()"],
    "member access": ["self.password", "settings.DB_PASSWORD", "Foo::BAR", "obj->pass", "req.body.password",
                      'data["password"]', "params[:password]"],
    "type names": ["string", "str", "String", "Optional[str]", "SecretStr", "varchar", "bytes", "CharField"],
    "nothing": ["null", "None", "nil", "true", "false", "undefined", "----", "********", "........"],
    "labels": ["Password", "Enter your password", "Password must be long", "please type it twice", "Mot de passe",
               "Passwort", "i18n.password.label", "form.password.hint"],
    "names": ["user_password", "PASSWORD_FIELD", "passwordField", "PasswordField", "password_hash", "--password"],
    "placeholders": ["changeme", "CHANGE_ME", "replace_me", "your_password", "YOUR_PASSWORD_HERE", "your-api-key",
                     "<password>", "<your password>", "[password]", "xxxxxxxx", "example123", "dummy", "placeholder",
                     "[REDACTED]", "TODO", "fixme", "foobar", "abcdefgh", "12345678", "qwertyuiop", "abababab"],
    "paths": ["/etc/secrets/password", "./secrets/db.txt", "~/.ssh/id_rsa", "C:\\keys\\pw", "https://host/path",
              "secrets/token.json", "password.txt", "key.pem"],
    "dates, versions and addresses": ["2024-01-02", "1.2.3", "v1.2.3", "10.0.0.1", "12:30:00", "2024/01/02"],
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", SILENT)
def test_what_is_no_password_is_silent(case: str, form: str, engine: str) -> None:
    loud = [value for value in SILENT[case] if shown(form.format(value), engine)]
    assert loud == []


@pytest.mark.parametrize(
    "value",
    ["sha256", "hmac-sha1", "PBKDF2WithHmacSHA256", "AES/CBC/PKCS5Padding", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding"],
)
def test_a_name_of_an_algorithm_was_reported_as_a_password(value: str) -> None:
    assert shown(f'password = "{value}"') == []


@pytest.mark.parametrize("ending", ["png", "jpg", "p12"])
def test_a_path_of_random_folders_was_reported_as_a_token(ending: str) -> None:
    hexes = digest(64)
    path = f"Purple3/v4/{hexes[:2]}/{hexes[2:4]}/{hexes[4:12]}-{hexes[12:16]}-{hexes[16:28]}/{hexes[28:60]}.{ending}"
    assert shown(f'"assetToken": "{path}"') == []


@pytest.mark.parametrize(
    "line",
    ["'userPassword' => 'urn:oid:2.5.4.35',", "\n  AuthSecret  *v1.Secret2\n", 'new[] {{ "password", "publickey" }}'],
)
def test_a_name_of_a_standard_a_type_and_a_method_of_authentication_were_reported(line: str) -> None:
    assert shown(line.replace("{{", "{").replace("}}", "}")) == []


@pytest.mark.parametrize("value", ["!!actual", "!!!actualTurnOn7"])
def test_what_is_negated_twice_was_reported_as_a_password(value: str) -> None:
    assert shown(f"pass: {value}\n") == []


@pytest.mark.parametrize(
    "value", ["$$COMPOSE_PASSWORD", "$value[0]:$value[1]", "$row->secret9", "@config.password@", "?SN_RC2_NOT_ALLOWED"]
)
def test_a_reference_was_reported_as_a_password(value: str) -> None:
    assert shown(f"password => '{value}'") == []


@pytest.mark.parametrize(
    "line", ["password => JWS1", "#{{password := PwdTS3}}", "pass topic='box-{}'", "`token`: InfluxDB v2 uses"]
)
def test_a_variable_another_name_or_a_sentence_was_reported(line: str) -> None:
    assert shown(line.format(machine(string.digits, 4))) == []


NAMES = [
    "password_file", "password_length", "token_url", "secret_name", "token_type", "password_hash", "api_key_header",
    "password_hint", "secret_id", "token_expires", "password_field", "password_policy", "token_endpoint",
    "sonar.projectKey", "Sec-WebSocket-Key",
    "password_confirmation", "secret_version", "password_encoding_method", "api_key_param", "password-placeholder",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_asks_for_something_else_is_silent(name: str) -> None:
    value = machine(string.ascii_letters + string.digits, 16)
    assert shown(f'{name} = "{value}"') == []


def digest(length: int, seed: int = 0) -> str:
    return machine("0123456789abcdef", length, seed)


@pytest.mark.parametrize(
    "line",
    ['"integrity": "sha512-{}"', "sha256:{}", "resolved commit {}", '"_id": "{}"', "ETag: {}", "revision = {}",
     "{}  token-1.2.tar.gz", '"token@1.0.0": "{}"', "--hash=sha256:{}", "checksum {}"],
)  # fmt: skip
def test_hashes_in_lock_files_are_silent(line: str) -> None:
    assert shown(line.format(digest(64))) == []


def test_a_word_that_begins_like_a_keyword_was_taken_for_it() -> None:
    assert shown(f"tokenizer: {digest(64)}") == []


def test_a_uuid_alone_is_silent() -> None:
    hexes = digest(32)
    uuid = "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:]))
    assert shown(f'id = "{uuid}"') == []


def machine(alphabet: str, length: int, seed: int = 0) -> str:
    return "".join(random.Random(f"{alphabet}/{length}/{seed}").choices(alphabet, k=length))


WIDE = string.ascii_letters + string.digits
DRAWN = {
    "10 letters and digits": (WIDE, 10),
    "12 letters and digits": (WIDE, 12),
    "16 letters and digits": (WIDE, 16),
    "32 letters and digits": (WIDE, 32),
    "32 hex digits": ("0123456789abcdef", 32),
    "40 hex digits": ("0123456789abcdef", 40),
    "12 with symbols": (WIDE + "!%*+-_^", 12),
    "20 with symbols": (WIDE + "!%*+-_^@.", 20),
    "43 url-safe": (WIDE + "-_", 43),
}
ASSIGNED = ['password = "{}"', "DB_PASSWORD={}", "  password: {}", '"password": "{}",', "<password>{}</password>",
            'define("DB_PASSWORD", "{}");', "mysql --password={}", "spring.datasource.password={}"]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("form", ASSIGNED)
@pytest.mark.parametrize("case", DRAWN)
def test_what_a_machine_made_speaks(case: str, form: str, engine: str) -> None:
    alphabet, length = DRAWN[case]
    heard = 0
    for seed in range(12):
        value = machine(alphabet, length, seed)
        heard += value.encode() in shown(form.format(value), engine)
    assert heard >= (11 if '"{}"' in form else 8)  # see below for bare ones


@pytest.mark.parametrize("length", [16, 24, 32])
def test_letters_alone_were_silent_without_quotes(length: int) -> None:
    value = machine(string.ascii_letters, length)
    assert shown(f'DB_PASSWORD="{value}"') == [value.encode()]
    assert shown(f"DB_PASSWORD={value}") == [value.encode()]


@pytest.mark.parametrize("form", ["@{}!d+p", "*{}+T", "&{}^x", "P_.{}"])
def test_a_password_with_a_symbol_first_was_taken_for_code(form: str) -> None:
    value = form.format(machine(WIDE, 18, 4))
    assert shown(f'password = "{value}"') == [value.encode()]


@pytest.mark.parametrize(
    "name", ["secret", "api_key", "auth_token", "SECRET_KEY", "client-secret", "accessKey", "jwt_secret"]
)
@pytest.mark.parametrize("length", [32, 40, 64])
def test_a_drawn_secret_speaks_under_any_of_its_names(name: str, length: int) -> None:
    heard = 0
    for seed in range(12):
        value = machine(WIDE, length, seed)
        heard += value.encode() in shown(f'{name} = "{value}"')
    assert heard >= 11


HUMAN = [("P@ss", "w0rd", "!7"), ("Fluf", "fy#", "1987"), ("M1ss10n", "C0ntrol", ""), ("hun", "ter", "22"),
         ("Adm1n", "istr8or", "!"), ("s3cr3t", "P4ss", ""), ("Kl1ng0n", "Emp1re", ""), ("b1gb0ss", "77", ""),
         ("Som", "mer", "2023$"), ("monkey", "$Tree", "42")]  # fmt: skip


@pytest.mark.parametrize(
    "form", ['password = "{}"', 'DB_PASSWORD="{}"', '"password": "{}",', "<password>{}</password>"]
)
@pytest.mark.parametrize("pieces", HUMAN, ids=lambda pieces: pieces[0])
def test_what_people_think_up_speaks(pieces: tuple[str, ...], form: str) -> None:
    value = "".join(pieces)
    assert shown(form.format(value)) == [value.encode()]


@pytest.mark.parametrize("pieces", [("Win", "ter", "2024!"), ("correct-horse-", "battery-", "staple9")])
def test_words_with_a_number_were_not_shown(pieces: tuple[str, ...]) -> None:
    assert shown(f'password = "{"".join(pieces)}"')


@pytest.mark.parametrize("form", ["DB_PASSWORD={}", "password: {}"])
def test_a_bare_password_was_cut_off_at_an_ampersand(form: str) -> None:
    value = "Tr0ub4" + "dor&" + "Xy9z"
    assert shown(form.format(value)) == [value.encode()]


SETTINGS = [
    "MYSQL_ROOT_PASSWORD=marigold", "  - DB_PASSWORD=marigold", "export DB_PASSWORD=marigold", "DB_PASSWORD: marigold",
    "spring.datasource.password=marigold",
]  # fmt: skip


@pytest.mark.parametrize("line", SETTINGS)
def test_a_word_that_is_all_a_setting_says_is_a_weak_password(line: str) -> None:
    assert shown(line) == [b"marigold"]


@pytest.mark.parametrize(
    "line",
    ["DB_PASSWORD=postgres", "DB_PASSWORD=some-secret", "password = marigold", "self.password=marigold",
     "form.label.password=Marigold", "run(PASSWORD=marigold, retry=1)"],
)  # fmt: skip
def test_a_word_elsewhere_or_a_default_login_is_not_shown(line: str) -> None:
    assert shown(line) == []


@pytest.mark.parametrize("line", ["DB_PASSWORD=739205", "password: 739205", 'password = "739205"'])
def test_a_number_under_a_passwords_name_is_shown(line: str) -> None:
    assert shown(line) == [b"739205"]


def test_words_of_a_drawn_passphrase_are_told_from_prose() -> None:
    assert shown('passphrase = "marigold pewter lantern crawl"') == [b"marigold pewter lantern crawl"]
    assert shown('password = "please enter your secret word"') == []


@pytest.mark.parametrize("name", ["key", '"key"', "SIGNING_AUTH", "HASHIDS_SALT", "TOKEN_PRODUCTION", "SECRET_ADMIN"])
def test_a_random_value_under_a_keys_name_is_shown(name: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(f'{name} = "{value}"'.replace('" =', '":')) == [value.encode()]


@pytest.mark.parametrize("line", ['key = "user_session_cache_key"', 'map.put(NAME, "value")',
                                  'key: "en_US.UTF-8.locale"',
                                  "'password' => 'required|string|max:50'", 'password.lstrip("*LOCKED*")'])  # fmt: skip
def test_what_only_looks_like_an_assignment_is_silent(line: str) -> None:
    assert shown(line) == []


@pytest.mark.parametrize("name", ["algolist_token", "ALGOWORKS_SECRET"])
def test_a_name_that_begins_like_algorithm_was_taken_for_one(name: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    for engine in ENGINES:
        assert shown(f'{name} = "{value}"', engine) == [value.encode()]


def test_the_argument_behind_a_constant_belongs_to_it() -> None:
    value = machine(string.ascii_letters + string.digits, 20)
    for engine in ENGINES:
        assert shown(f'map.put(Keys.API_KEY, "{value}")', engine) == [value.encode()]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_hash_in_a_tools_binary_cache_was_reported(engine: str) -> None:
    drawn = "".join(random.Random(7).choices("0123456789abcdef", k=40))
    line = f'auth_key = "{drawn}"'
    assert shown(line, engine) == [drawn.encode()]
    assert shown(f"\x00\x03\x14{line}\x00\x05\x02name of something\x00", engine) == []


PGP = "".join(random.Random(3).choices("0123456789ABCDEF", k=40))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "line",
    [
        f"RUN apt-key adv --keyserver hkp://keys.example.org:80 --recv-keys {PGP}",
        f"ENV GPG_KEY {PGP}",
        f"NGINX_GPGKEY={PGP}; \\",
        f"  - apt_key: id={PGP} keyserver=keys.example.org",
        f"key: {PGP}",
    ],
)
def test_fingerprints_of_public_pgp_keys_were_reported(line: str, engine: str) -> None:
    assert shown(line, engine) == []


@pytest.mark.parametrize(
    "line",
    [
        "self.query_api('resetPasswordForVirtualMachine', **args)",
        "hashed_password = 'md5{0}'.format(md5(to_bytes(password)).hexdigest())",
        "password = 'abc{}xyz9'.format(user)",
        "// Join tokens have the form: Q7K2TXM-1-<part of it>-<the rest>",
        "SESSION_TOKEN=tok_4f9Kq2-${NUMBER}",
        'key: "sha256-' + "".join(random.Random(4).choices(string.ascii_letters + string.digits, k=43)) + '="',
    ],
)
def test_arguments_templates_and_checksums_were_reported(line: str) -> None:
    assert shown(line) == []


@pytest.mark.parametrize("name", ["cache_key", "partitionKey", "FOREIGN_KEY", "sort_key", "s3_key", "translation_key"])
def test_keys_that_look_up_data_are_silent(name: str) -> None:
    drawn = "".join(random.Random(5).choices("0123456789abcdef", k=32))
    assert shown(f'{name} = "{drawn}"') == []
    assert shown(f'auth_key = "{drawn}"') == [drawn.encode()]


def at_low(line: str) -> list[bytes]:
    found = detector("hyperscan").inspect(f"\n{line}\n".encode())
    return [item.secret.reveal() for item in found if item.score >= 0.2]


@pytest.mark.parametrize(
    "line",
    [
        "Password=Jelszó",  # its last byte reads as a digit where each byte is a letter
        "copy.password=Skopiuj hasło z jednej z poniższych lokalizacji",
        "copy.password=Kopiera lösenordet och klistra in det",
        "LOG.debug('Failed to set password: QEMU agent unresponsive')",
    ],
)
def test_translations_and_sentences_were_reported(line: str) -> None:
    assert at_low(line) == []


@pytest.mark.parametrize(
    "line",
    [
        "str_replace('_password='.$encodedPassword, '_password=******', $content)",
        'm("label",null,"Password:"),d?m.default.createElement("code",null," ****** "):m(s,null)',
        "'password': '[0-9a-zA-Z]{1,12}',",
        "if (!$user instanceof PasswordAuthenticatedUser || !$refreshedUser instanceof PasswordUser",
    ],
)
def test_code_between_two_strings_was_reported(line: str) -> None:
    assert shown(line) == []


def test_versions_with_a_digest_public_keys_and_badges_were_reported() -> None:
    rnd = random.Random(6)
    digest = "".join(rnd.choices("0123456789abcdef", k=32))
    drawn = machine(string.ascii_uppercase + string.digits, 12)
    assert shown(f"'ConsoleAuthToken': '1.3-{digest}',") == []
    assert shown(f'MINISIGN_PUBKEY="{digest}"') == []
    assert shown(f"[![cov](https://cov.example.org/badge.svg?token={drawn})](x)") == []
    assert shown(f"https://cov.example.org/report?token={drawn}") == [drawn.encode()]
    assert shown("Authorization: Bearer eyJhbGciOiJSUz...") == []


def test_a_word_in_front_of_a_command_is_still_a_password() -> None:
    value = "".join(random.Random(8).choices(string.ascii_letters, k=12))
    assert shown(f"PGPASSWORD={value} psql -h db") == [value.encode()]


@pytest.mark.parametrize("value", ["changeit", "letmein", "Password123", "Passw0rd", "Welcome1"])
@pytest.mark.parametrize("line", ["DB_PASSWORD={}", 'db_password: "{}"', "  keystore-password = {}"])
def test_the_most_used_passwords_were_silent_even_in_a_setting_of_production(line: str, value: str) -> None:
    found = list(detector("hyperscan").inspect(f"\n{line.format(value)}\n".encode()))
    assert [item.secret.reveal() for item in found] == [value.encode()]
    [item] = found
    assert MOST_USED in item.reasons

    def at(path: str) -> float:
        return item.score + sum(reason.weight for reason in weigh(path, "generic", most_used=True))

    assert at("config/production.yml") >= MEDIUM > at("tests/integration/app.yml")


@pytest.mark.parametrize("line", ["check(user, password, '{}')", "if password == '{}' then", "password_hint = {}"])
def test_the_most_used_passwords_outside_of_a_setting_are_silent(line: str) -> None:
    assert at_low(line.format("changeit")) == []


@pytest.mark.parametrize("line", ['LOGIN_DEFAULT_PASSWORD = "Login{}"', "PASSWORD: Pass{}$", 'password = "pass{}"'])
def test_a_password_with_a_number_was_silent_where_its_word_stands_in_its_name(line: str) -> None:
    assert len(shown(line.format("47158"))) == 1
    assert shown(line.format("1")) == []


def test_a_password_as_policies_ask_for_was_taken_for_a_name() -> None:
    assert shown('"password": "User4_471"') == [b"User4_471"]
    assert shown('"password": "User_field"') == []


@pytest.mark.parametrize("name", ["smtpPass", "setDbPass", "mqttpass", "wifipass", "adminPass"])
def test_a_short_name_in_camel_case_was_no_passwords_name(name: str) -> None:
    assert shown(f'{name} = "Chelsea2002"') == [b"Chelsea2002"]


def test_drawn_small_letters_under_a_passwords_name_counted_as_words() -> None:
    assert shown('"password": "wkqexjzh"') == [b"wkqexjzh"]
    assert shown('"token_kind": "marigold"') == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("anchor", ["&secret_key ", "!!str ", ""])
def test_a_value_behind_an_anchor_of_yaml_was_not_seen(anchor: str, engine: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(f"  STORE_SECRET_KEY: {anchor}{value}", engine) == [value.encode()]


def test_a_uuid_of_few_letters_under_a_secrets_name_was_shown_by_chance_only() -> None:
    drawn = [str(uuid.UUID(int=random.Random(seed).getrandbits(128), version=4)) for seed in range(40)]
    assert [value for value in drawn if not shown(f'"client_secret": "{value}"')] == []


@pytest.mark.parametrize(
    "line",
    [
        "if (!conf->psk_password || !*conf->psk_password) {",
        "if (pwd->pw_gid == grp->gr_gid) {",
        "n=t?e.password:w:e.username+=w,r",
        "conn.uri.password != rmqp->conn.uri.user &&",
        'get_str_from_dbval("password", values+1, 1, 1, pass);',
        'snprintf(buf, sizeof(buf), "lm-password-blob: %01032i", 0);',
        'load("mtoken_gm3000.dll", "libgm3000.1.0.so", "libgm3000.1.0.dylib");',
        "redis://foouser:foopassword@redisplace:6379",
        "postgres://[user[:password]@][netloc][:port]",
        "mysql://username:password\\@host:port/database where:",
    ],
)
def test_pointers_formats_libraries_and_descriptions_of_urls_were_reported(line: str) -> None:
    assert shown(line) == []


def test_a_name_of_code_of_the_right_length_was_reported_as_a_providers_key() -> None:
    assert not fitting("checkIfEnvironmentVariableExists", False).weight > -0.3
    assert fitting(machine(string.ascii_letters + string.digits, 32), False).weight > 0


@pytest.mark.parametrize("number", ["123456", "111111", "1234567890"])
def test_the_most_used_numbers_were_silent_even_in_a_setting_of_production(number: str) -> None:
    [item] = detector("hyperscan").inspect(f"\n  password: {number}\n".encode())
    assert MOST_USED in item.reasons


def test_a_secret_as_people_make_them_was_shown_under_a_passwords_name_only() -> None:
    assert shown('  consoleSecretKey: "lantern4715"') == [b"lantern4715"]
    assert shown('  secretKind: "lantern4715"') == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("gap", ["\r\n  ", "\n ", "\n\t", ""])
def test_a_web_token_whose_claims_stand_on_lines_of_their_own_was_not_seen(gap: str, engine: str) -> None:
    def part(text: str) -> str:
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    claims = f'{{{gap}"sub":"{machine(string.ascii_lowercase, 8)}",{gap}"iat":1516239022{gap}}}'
    header, signature = part('{"alg":"HS256"}'), machine(string.ascii_letters + string.digits, 43)
    token = f"{header}.{part(claims)}.{signature}"
    assert shown(f"see {token} here", engine) == [token.encode()]


def test_an_rsa_key_of_512_bits_was_not_seen() -> None:
    rnd = random.Random(5)

    def der(tag: int, body: bytes) -> bytes:
        size = len(body)
        return bytes([tag]) + (bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2)) + body

    def number(length: int) -> bytes:
        data = bytes([rnd.randrange(128, 256)]) + rnd.randbytes(length - 2) + bytes([rnd.randrange(1, 256, 2)])
        return der(2, b"\0" + data)

    sizes = (64, 32, 32, 32, 32, 32)
    numbers = [number(sizes[0]), der(2, b"\1\0\1"), number(64), *map(number, sizes[1:])]
    value = base64.b64encode(der(0x30, der(2, b"\0") + b"".join(numbers)))
    assert shown(f'const char* key = "{value.decode()}";') == [value]


@pytest.mark.parametrize("name", ["RECAPTCHA_SITE_KEY", "captcha.siteKey", "spreadsheet_key", "AUTH_MON_COMMIT"])
def test_keys_of_pages_and_sheets_and_a_commit_were_reported(name: str) -> None:
    assert shown(f'{name} = "{machine(string.ascii_letters + string.digits, 40)}"') == []


def test_the_name_of_a_secret_in_a_chart_was_reported() -> None:
    assert shown("  --set auth.tls.existingSecrets[0]=kafka-jks-0") == []


@pytest.mark.parametrize("name", ["__native_internal_keysieve.h", "keyboard", "keynote_api", "KEYCLOAK", "hotkeyboard"])
def test_a_word_that_begins_with_key_was_taken_for_a_keys_name(name: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(f'{name} = "{value}"') == []


@pytest.mark.parametrize(
    "name", ["key", "keys", "keyValue", "APP_KEY", "keydata", "signing_keyboard_secret", "salt", "SEED"]
)
def test_names_that_go_on_behind_key_and_other_words_for_it_speak(name: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(f'{name} = "{value}"') == [value.encode()]


@pytest.mark.parametrize("name", ["secret", "token", "apiKey"])
def test_a_secret_of_six_characters_was_silent(name: str) -> None:
    assert shown(f'{name}: "x7fk2p"') == [b"x7fk2p"]
    assert shown(f"{name}: x7fk2p") == []


@pytest.mark.parametrize(
    "line",
    ['<dimen name="passcode_standard_margin">16dp</dimen>', "reset_password_within = 1.day and",
     "sent_password = 2.hours",
     '"id_token_encrypted_response_enc": "A128CBC-HS256"', '"token_enc": "A256GCM"', "'access_token': '2x7..WpA'",
     'options["password"] = db_pwd4', "dir *pass* == *cred*", 'oauth_signature="74KNZJeDHnMBp0EMJ9ZHtXKycU"'],
)  # fmt: skip
def test_measures_algorithms_and_what_is_cut_short_were_reported(line: str) -> None:
    assert shown(line) == []


@pytest.mark.parametrize("encoding", ["latin1", "utf8", "UTF-16LE", "iso8859-15", "cp1252", "shift_jis"])
def test_the_encoding_that_a_password_is_written_in_was_reported(encoding: str) -> None:
    assert shown(f'password = password.encode("{encoding}")') == []
    assert shown(f'password: "{encoding}"') == []


@pytest.mark.parametrize("colour", ["#c5dd22", "#1a2B3c", "#80f1"])
def test_the_colour_of_a_token_was_reported(colour: str) -> None:
    assert shown(f'Token.Name: "{colour}",') == []


@pytest.mark.parametrize(
    "line",
    ["val sharePassword = binding?.sharePassword?.text", 'include ":shop:login:user-password:jdbc"',
     '"ga": {"token": "UA-' + "28909194" + '-3"}'],
)  # fmt: skip
def test_paths_of_modules_safe_calls_and_ids_of_analytics_were_reported(line: str) -> None:
    assert shown(line) == []


@pytest.mark.parametrize(
    "line", ['file.setAuthenticationTag("{}")', '"encrypted_key": "{}"', 'encryptedMetadataKey = "{}"']
)
def test_tags_and_encrypted_keys_were_reported(line: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(line.format(value)) == []
    assert shown(f'authKey = "{value}"') == [value.encode()]


@pytest.mark.parametrize(
    "line",
    [
        "--password=<password>    PKCS #12 password",
        "tool <database> <database password> pkcs12-key-del <key>",
        "me9x0q <me9x0q@pwd.red> me9x0q <521+me9x0q@users.noreply.github.com>",
        "htpasswd_password_characters: 'ascii_letters,digits,.-_~&()*='",
        'esp8266_pwm_ns.class_("ESP8266PWM", FloatOutput)',
        'LOG_SECRET("%02X:%02X:%02X:%02X:%02X:%02X")',
        'http-form "/index.php:user=^USER^&password=^PASS^:Login failed"',
        'sed -e "s/^managerpwd=.*$/managerpwd=/"',
        "value = self.instance.get_password('replicationdb1')",
        "enforces the password quality: *p12ExportPasswordImpl*. The",
        "parameters = {'user': 'db_user',\n    'password': 'db_password'}",
        "--recovery-passwd: PKCS#12 file",
    ],
)
def test_what_only_looks_like_a_password_by_its_place_was_reported(line: str) -> None:
    assert shown(line) == []


def test_what_a_password_is_compared_with_was_taken_for_what_it_is_asked_for() -> None:
    value = "blue9" + "horse7"
    assert shown(f'if (user.getPassword().equals("{value}")) {{') == [value.encode()]


def test_what_a_password_is_asked_for_was_reported() -> None:
    assert shown('token = keyring.get_password("elastic", user)') == []
    value = machine(string.ascii_letters + string.digits, 20)
    assert shown(f'password_hash(get_password("{value}"))') == [value.encode()]


@pytest.mark.parametrize("form", ["SECRET_KEY={}", "api_key: {}", "    - APP_SECRET={}"])
def test_a_bare_secret_was_cut_at_its_punctuation(form: str) -> None:
    value = "!".join(machine(string.ascii_letters + string.digits, 9) for _ in range(2))
    assert shown(form.format(value)) == [value.encode()]


def test_a_key_of_32_bytes_in_base_16_was_taken_for_a_number() -> None:
    value = "0x" + machine("0123456789abcdef", 64)
    assert shown(f"signer_api_key={value}") == [value.encode()]
    assert shown(f"token=0x{machine('0123456789abcdef', 40)}") == []


@pytest.mark.parametrize("form", ["[DEBUG] Using API key {} now", "with token {}", "leaked access token {}."])
def test_a_line_that_tells_a_key_with_nothing_between_was_silent(form: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(form.format(value)) == [value.encode()]
    assert shown(form.format("user_session_cache_key_2")) == []


@pytest.mark.parametrize(
    "form",
    ['"app_secret": "\\"{}\\""', 'buildConfigField("String", "APP_TOKEN", "\\"{}\\"")',
     "const t = String.fromEnvironment('APP_TOKEN', defaultValue: '{}');", "remove the hard token {} today"],
)  # fmt: skip
def test_quotes_in_quotes_and_named_defaults_hid_a_secret(form: str) -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(form.replace("{}", value)) == [value.encode()]
    assert shown(form.replace("{}", "some-other-value")) == []


def test_what_alone_a_client_is_made_with_was_missed() -> None:
    value = machine(string.ascii_letters + string.digits, 32)
    assert shown(f'c = ShopClient("{value}")') == [value.encode()]
    assert shown(f'c = ShopClient("{value}", "/v1/items")') == []
    assert shown('c = ShopClient("api.shop-services-2024.internal")') == []


@pytest.mark.parametrize("seed", range(3))
def test_names_of_indexes_and_public_values_were_reported(seed: int) -> None:
    rnd = random.Random(seed)
    digits = "".join(rnd.choices("0123456789ABCDEF", k=16))
    assert shown(f"renameIndex('access_tokens', 'IDX_{digits}', 'user');") == []
    assert shown(f"UNIQUE INDEX UNIQ_{digits} (token), UNIQUE INDEX UNIQ_{digits} (confirmation_token)") == []
    assert shown(f"KEY `shop{seed + 10}_ibfk_2` (`sid`),") == []
    assert shown(f"# the key is gpg-pubkey-{digits[:8].lower()}-{digits[8:].lower()}") == []
    assert shown(f'"token": "0x{digits}{digits}{digits[:8]}"') == []
    assert shown(f'"authorized_keys": ["{digits.lower() * 4}"]') == []


def test_a_salt_of_128_bits_in_decimal_digits_was_silent() -> None:
    number = str(random.Random(5).getrandbits(127) | 1 << 126)
    assert shown(f'app.config["SECURITY_PASSWORD_SALT"] = "{number}"') == [number.encode()]
    assert shown('app.config["SECURITY_PASSWORD_SALT"] = "{}"'.format("1234567890" * 4)) == []


@pytest.mark.parametrize("value", ["Test" + "user@123", "Pass" + "word12!", "Us" + "Er@123", "Test" + "pass#1"])
@pytest.mark.parametrize("line", ['String USER_PASSWORD = "{}";', '"password": "{}",'])
def test_what_a_rule_for_passwords_asks_for_was_held_to_stand_for_one(line: str, value: str) -> None:
    assert shown(line.format(value)) == [value.encode()]


def test_the_name_of_a_hash_in_a_list_of_schemes_was_reported() -> None:
    assert shown('"PASSWORD_SCHEMES": ["argon2", "plaintext"],') == []


@pytest.mark.parametrize("value", ["remote", "response", "delete"])
def test_a_word_of_code_is_no_password_of_a_setting(value: str) -> None:
    assert shown(f"DB_PASSWORD={value}") == []


def test_the_key_of_laravel_was_no_value() -> None:
    value = "base64:" + "kV7" + "pQ2xWm9zR4tYb6nDc1sEf8gHj3kLa5uPo0iTqXvZwBe="
    assert shown(f"APP_KEY={value}") == [value.encode()]


@pytest.mark.parametrize("value", ["koa" + "la", "zep" + "hyr"])
def test_a_word_of_middling_chance_was_neither_a_word_nor_random(value: str) -> None:
    assert shown(f'user.setPassword("{value}");') == [value.encode()]


def test_a_password_made_by_a_policy_was_silent_under_the_name_of_a_key() -> None:
    value = "aMore" + "Secur3Pass" + "wor7!"
    assert shown(f"config.masterKey = '{value}';") == [value.encode()]
    assert shown("config.masterKey = 'anotherMasterKey!';") == []
    assert shown('{ token: "keyword.$S2", next: "@pop" }') == []


def test_five_letters_in_an_owned_setting_were_too_short() -> None:
    value = "blo" + "om"
    assert shown(f"%prod.shop.datasource.password = {value}") == [value.encode()]


@pytest.mark.parametrize("name", ["SECRET_KEY", "play.http.secret.key"])
def test_symbols_that_stand_in_no_identifier_hid_a_secret_key(name: str) -> None:
    rnd = random.Random(8)
    half = "".join(rnd.choices(string.ascii_letters + string.digits, k=18))
    assert shown(f'{name} = "{half}&[{half[::-1]}<;7"') == [f"{half}&[{half[::-1]}<;7".encode()]
    assert shown(f'{name} = "<put-your-32-bytes-of-secret>"') == []
    assert shown(f'"github_secret": "EJ[1:{half}{half[::-1]}:{half}]"') == []
