"""Common passwords: meant where an account is named beside them, in a call that logs in, or by their place."""

from __future__ import annotations

import random
import string

import pytest

from scanner.score.login import beside, common
from tests.helpers.shown import shown


def drawn(length: int, seed: int = 4) -> str:
    return "".join(random.Random(seed).choices(string.ascii_letters + string.digits, k=length))


BESIDE = [
    "{{ user: 'susan', password: '{}' }}", "DB_USER=susan\nDB_PASSWORD={}",
    '{{\n  "email": "susan@shop.net",\n  "role": 1,\n  "password": "{}"\n}}',
    "db:\n  user: susan\n  password: {}\n  port: 1", "connect(username='susan', password='{}')",
    "User.create(email: 'susan@shop.net', password: '{}')", "app.db.username=susan\napp.db.password={}",
    "account.login = 'susan'\naccount.password = '{}'", "MYSQL_ROOT_PASSWORD: {}", "const adminPassword = '{}';",
]  # fmt: skip
COMMON = ["test" + "pass", "se" + "cret1", "1234" + "56", "admin" + "123", "tester_" + "pass", "let" + "mein"]


@pytest.mark.parametrize("value", COMMON)
@pytest.mark.parametrize("text", BESIDE)
def test_a_common_password_beside_its_login_was_silent(text: str, value: str) -> None:
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize(
    "value",
    ["username", "passwords", "user_password", "wrongpass", "newPassword", "your_pass1", "changeme", "a-password"],
)
@pytest.mark.parametrize("text", BESIDE[:6])
def test_what_names_a_field_or_stands_for_any_password_is_silent_there(text: str, value: str) -> None:
    assert shown(text.format(value)) == []


@pytest.mark.parametrize(
    "text",
    ["labels = { user: 'Susan', password_hint: '{}' }",
     "connect(user, password + '{}')", "{ user: 'susan', password: '{}' + salt }",
     "user = get()\npassword = get('{}')"],
)  # fmt: skip
def test_a_common_password_without_a_login_beside_it_is_silent(text: str) -> None:
    assert shown(text.replace("{}", "1234" + "56")) == []


@pytest.mark.parametrize(
    "text",
    ["login('susan', '{}')", "fill_in 'Password', with: '{}'", "bcrypt.hash('{}', 10)",
     "cy.get('#password').type('{}')",
     "new UsernamePasswordToken(\"susan\", \"{}\");"],
)  # fmt: skip
def test_a_common_password_where_only_passwords_stand_was_silent(text: str) -> None:
    value = "test" + "pass1"
    assert shown(text.format(value)) == [value.encode()]


def test_a_word_of_tests_with_a_number_needs_no_login() -> None:
    value = "test" + "pass123"
    assert shown(f'  .passphrase = "{value}",') == [value.encode()]
    assert shown(f'password_field = "{value}"') == []


def test_the_words_of_tests_are_told_from_names() -> None:
    assert all(map(common, COMMON))
    assert not any(
        map(common, ["tokenpass", "PASS_FIELD", "newPassword", "userPassword", "passwords", "lantern", "drawn88"])
    )


def test_the_lines_of_the_login_end_after_two() -> None:
    near, far = (f"user: 'ann',\nx: 1,\n{rest}password: '" for rest in ("", "y: 1,\n"))
    value = "tester_" + "pass"
    for before, expected in ((near, True), (far, False)):
        text = f"{before}{value}',\n".encode()
        assert beside(value, text, len(before), len(before) + len(value)) is expected


@pytest.mark.parametrize("url", ["https://susan:{}@files.shop.net/", "amqp://susan:{}@queue.shop.net:5672"])
@pytest.mark.parametrize("word", ["motocross", "citrusblend"])
def test_a_word_as_the_password_of_an_address_was_silent(url: str, word: str) -> None:
    assert shown(url.format(word)) == [word.encode()]


@pytest.mark.parametrize("url", ["https://user:{}@localhost/", "https://susan:{}@example.com/"])
def test_a_word_in_the_address_of_this_machine_or_of_documents_is_silent(url: str) -> None:
    assert shown(url.format("motocross")) == []


INSERTS = [
    "INSERT INTO users (name, password) VALUES ('ann', '{}');",
    "insert into `accounts`\n  (`id`, `email`, `pwd`, `role`)\nvalues\n  (1, 'ann@shop.net', '{}', 'x');",
    "\"INSERT INTO users(password, name) \" + \"VALUES('{}', 'ann')\"",
    "INSERT INTO t (a, b, c, password) VALUES (NOW(), NULL, 7, '{}'), (1, 2, 3, '')",
    "INSERT INTO t (a, b, c, d, e, f, g, h, i, password) VALUES (1, 2, 3, 4, 5, 6, 7, 8, 'x', '{}')",
]


@pytest.mark.parametrize("statement", INSERTS)
@pytest.mark.parametrize("value", ["motocross", "test" + "pass1", drawn(12)])
def test_a_password_below_its_column_was_silent(statement: str, value: str) -> None:
    assert shown(statement.format(value)) == [value.encode()]


@pytest.mark.parametrize(
    "statement",
    ["INSERT INTO users (name, password) VALUES ('{}', ?);", "INSERT INTO users (password, name) VALUES (?, '{}');",
     "INSERT INTO users (password_hint, name) VALUES ('{}', 'ann');",
     "INSERT INTO users (name, password) VALUES ('{}', '');"],
)  # fmt: skip
def test_another_column_of_it_is_silent(statement: str) -> None:
    assert shown(statement.format("motocross")) == []


def test_a_digest_below_the_column_of_a_password_is_silent() -> None:
    digest = "".join(random.Random(3).choices("0123456789abcdef", k=40))
    assert b"sql" not in b"".join(shown(INSERTS[0].format(digest)))
    assert shown(INSERTS[0].format(digest)) == []
    assert shown(f"INSERT INTO api (owner, token) VALUES (1, '{digest}')") == [digest.encode()]


@pytest.mark.parametrize(
    "line", ['nonce = "{}"', "const iv = Buffer.from('{}', 'hex')", '"initializationVector": "{}"', "salt: '{}'"]
)
def test_short_salts_nonces_and_vectors_were_silent(line: str) -> None:
    value = drawn(12)
    assert shown(line.format(value)) == [value.encode()]


@pytest.mark.parametrize("line", ['<script nonce="{}">', 'div = "{}"', "salt_url = '{}'", "nonce({}) "])
def test_the_nonce_of_a_page_and_other_words_are_silent(line: str) -> None:
    assert shown(line.format(drawn(12))) == []


@pytest.mark.parametrize(
    "text",
    ['["username": "ann@shop.net", "password":"{}"]', "{{user: 'ann',\n password: '{}'}}", 'o.setPassword("{}");'],
)
@pytest.mark.parametrize("value", ["debug" + "Pass", "ldap" + "Password"])
def test_a_password_in_camel_case_beside_its_login_was_silent(text: str, value: str) -> None:
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize(
    "text",
    ['public static final String LOG_PASSWORD = "logPassword";\nString NAME = "logName";', "password: 'debug" + "Pass'",
     "{user: 'ann', password: 'newPassword'}", "{user: 'ann', password: 'userPassword'}"],
)  # fmt: skip
def test_a_name_in_camel_case_is_silent(text: str) -> None:
    assert shown(text) == []


@pytest.mark.parametrize(
    "text", ["bind_dn  = cn=admin,dc=shop,dc=net\nbind_pw  = {}", "LDAP_BIND_DN=cn=a,dc=b\nLDAP_BIND_PW={}"]
)
def test_the_password_beside_a_distinguished_name_was_silent(text: str) -> None:
    assert shown(text.format("admin")) == [b"admin"]


def test_the_lines_of_another_kind_beside_such_a_password_are_no_login() -> None:
    assert shown("dn_filter = *\nbind_pw = admin") == []


@pytest.mark.parametrize(
    "text", ["PGPASSWORD={} psql -h db", "RUN PGPASSWORD={} ./load.sh", "$ DB_PASSWORD={} npm start"]
)
def test_a_word_before_a_command_was_silent(text: str) -> None:
    assert shown(text.format("motocross")) == [b"motocross"]


@pytest.mark.parametrize(
    "text", ["WRONG_PWD={} password for the unit", "DB_PASSWORD={} and more", "Set PASSWORD={} in x"]
)
def test_the_first_word_of_a_message_is_silent(text: str) -> None:
    assert shown(text.format("motocross")) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [("ORACLE_PASSWORD", "oracle"), ("LDAP_CONFIG_PASSWORD", "config"), ("KEYCLOAK_DB_PASSWORD", "key" + "cloak")],
)
def test_the_name_of_the_account_as_its_password_repeated_its_name(name: str, value: str) -> None:
    assert shown(f"  {name}: {value}") == [value.encode()]
    assert shown(f"x = f({name}, {value})") == []


@pytest.mark.parametrize("name", ["USER_PASSWORD", "PASSWORD_USER", "MY_NEW_PASSWORD"])
def test_a_field_that_repeats_its_name_is_silent(name: str) -> None:
    assert shown(f"{name}: user") == []


def test_what_a_policy_asks_for_stood_for_a_value() -> None:
    value = "Sec" + "ret" + "123"
    assert shown(f"BACKUP_PASSWORD={value}") == [value.encode()]
    assert shown(f'backup_password = "{value}"') == [value.encode()]
    assert shown(f"BACKUP_PASSWORD={value[:-2]}") == []


def test_a_comment_behind_the_login_and_the_password_hid_both() -> None:
    assert shown("username: guest # of the queue\n  password: guest # of the queue") == [b"guest"]
    assert shown("  username: bob\n  password: rabbit # of the queue") == [b"rabbit"]


def test_five_letters_that_a_setter_is_given_were_too_short() -> None:
    word = "tul" + "ip"
    assert shown(f'source.setPassword("{word}");') == [word.encode()]


def test_the_name_of_an_account_was_no_login() -> None:
    assert shown("shop_account_name: admin\nshop_account_pass: admin") == [b"admin"]


@pytest.mark.parametrize("value", ["battery" + " staple", "quiet" + " otter den"])
def test_a_phrase_beside_a_login_was_prose(value: str) -> None:
    assert shown(f'data=dict(email="a@b.net", password="{value}")') == [value.encode()]
    assert shown(f'password="{value}"') == []


@pytest.mark.parametrize("value", ["is required", "your password", "too short", "mot de passe"])
def test_a_message_beside_a_login_is_prose(value: str) -> None:
    assert shown(f'dict(email="a@b.net", password="{value}")') == []


def test_a_products_own_login_was_silent_in_quotes_around_a_whole_setting() -> None:
    assert shown('  - "MINIO_ROOT_PASSWORD={}"'.format("minio" + "admin")) == [b"minioadmin"]
    assert shown("  - GF_SECURITY_ADMIN_PASSWORD={}".format("gra" + "fana")) == [b"grafana"]


@pytest.mark.parametrize("line", ["userService.changePassword('{}', 'x7')", 'authenticateWithPassword("{}", PASSWORD)'])
def test_the_first_of_two_arguments_was_taken_for_the_password(line: str) -> None:
    assert shown(line.format("admin" + "7")) == []


def test_the_password_of_register_user_was_silent() -> None:
    assert shown('User.register_user("ann", "{}", "a@b.net")'.format("otter" + "den")) == [b"otterden"]


@pytest.mark.parametrize("word", ["1234", "12345678", "x-raven7"[2:]])
def test_a_common_password_of_a_variable_of_the_environment_was_silent(word: str) -> None:
    value = word if word.isdigit() else word + "pass"
    assert shown(f'new EnvironmentVariables().set("SUDO_PASSWORD", "{value}")') == [value.encode()]
    assert shown(f'setenv("NEW_PASSWORD", "{word[:4]}")') == []


def test_a_common_password_that_is_all_of_an_owned_setting_was_silent() -> None:
    value = "root" + "Pass"
    assert shown(f"export TRUST_STORE_PWD={value}") == [value.encode()]
    assert shown(f"dsn: host=db1 user=shop password={'post' + 'gres'} dbname=shop") == [b"postgres"]


def test_a_word_for_a_password_beside_the_name_of_an_identity_was_silent() -> None:
    value = "depot" + "adminpw"
    assert shown(f"- name: depotadmin\n  pass: {value}\n  type: admin") == [value.encode()]


@pytest.mark.parametrize("receiver", ["", "server.", "client."])
def test_the_password_of_a_receivers_create_user_was_silent(receiver: str) -> None:
    value = "raven" + "7pass"
    assert shown(f'{receiver}createUser("raven", "{value}", "raven@b.net", "x")') == [value.encode()]
    assert shown(f'{receiver}createUser("raven", "readWrite")') == []


def test_a_common_password_beside_its_login_in_a_form_was_silent() -> None:
    word = "ad" + "min"
    assert shown(f"curl -d 'username={word}&password={word}&grant_type=password' x") == [word.encode()]
    assert shown("curl -d 'username=user&password=password&grant_type=password' x") == []


def test_foobar_beside_its_login_was_a_placeholder() -> None:
    word = "foo" + "bar"
    assert shown(f"$auth->attempt(['email' => 'ann@shop.net', 'password' => '{word}']);") == [word.encode()]
    assert shown(f"const password = '{word}';") == []


def test_a_word_under_pass_beside_its_login_was_silent() -> None:
    word = "koa" + "la"
    assert shown(f"user => 'tester',\npass => '{word}',") == [word.encode()]
    assert shown(f"label => 'tester',\npass => '{word}',") == []


@pytest.mark.parametrize("value", ["1234" + "56", "admin" + "123", "Passw" + "0rd"])
@pytest.mark.parametrize(
    "text", ['private static final String PASSWORD = "{}";', "y = {{ password: '{}' }}", "'password' => '{}',"]
)
def test_a_most_used_password_with_digits_was_silent_in_code(text: str, value: str) -> None:
    assert shown(text.format(value)) == [value.encode()]


@pytest.mark.parametrize("name", ["setKeyStorePassword", "setTrustStorePassword", "setPassword"])
def test_the_common_password_of_a_store_of_keys_was_silent(name: str) -> None:
    value = "change" + "it"
    assert shown(f'https.{name}("{value}");') == [value.encode()]
