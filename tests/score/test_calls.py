"""Credentials that stand as an argument, in a tuple or in a comparison, not behind their name alone."""

from __future__ import annotations

import random
import string

import pytest

from tests.helpers.shown import shown

HANDED = [
    'secret := []byte("{}")', "'password' => bcrypt('{}'),", 'user.setPassword(encoder.encode("{}"));',
    "SECRET_KEY = os.environ.get('SECRET_KEY') or '{}'", "getenv('DB_PASSWORD') ?: '{}'", 'api_key = ("{}")',
    'ENV.fetch("DB_PASSWORD") {{ "{}" }}', '#{{password => <<"{}">>}}', '{{password, "{}"}}', "set :password, '{}'",
    '{{:password "{}"}}', 'find_element_by_id("password").send_keys("{}")', "fill_in 'Password', with: '{}'",
    "expect(user.password).to.equal('{}')", 'assertThat(config.getPassword()).isEqualTo("{}")',
    "client.username_pw_set('bob', '{}')", "create_user('bob', 'bob@shop.net', '{}')", "get(url, auth=('bob', '{}'))",
    "generate_password_hash('{}')", "bcrypt.hashSync('{}', 10)", 'store.load(stream, "{}".toCharArray());',
    "jwt.sign({{ id: 7 }}, '{}')", "createHmac('sha256', '{}')", 'SecretKeySpec("{}".getBytes(), "AES")',
    "echo 'root:{}' | chpasswd", "echo '{}' | sudo -S ls", "ALTER USER bob PASSWORD '{}';", 'password = """{}"""',
    '.password("{{noop}}{}")', "<name>db.password</name>\n  <value>{}</value>",
    "assert user.valid_password?('{}')", 'user.getPassword().equals("{}")', 'hasher.HashPassword(user, "{}")',
    "login('bob', '{}')", "register('bob', 'bob@shop.net', '{}')", "signIn('bob@shop.net', '{}');",
    "pymysql.connect('db1', 'bob', '{}', 'shop')", "con.simple_bind_s('cn=bob,dc=shop', '{}')", "auth = ('bob', '{}')",
    "ldap_bind($con, 'cn=bob,dc=shop', '{}');", 'given().auth().basic("bob", "{}")', '.with(httpBasic("bob", "{}"))',
    'client.Login("bob", "{}")', "$this->login('bob', '{}');", 'new User("bob", "{}", getAuthorities())',
    'WiFi.begin("the shop", "{}");', "FTP('ftp.shop.net', 'bob', '{}')", "let(:password) {{ '{}' }}",
    'mapOf("password" to "{}")', 'env.put(Context.SECURITY_CREDENTIALS, "{}");', "hmac.new(b'{}', body, 'sha256')",
    'encoder.matches("{}", stored)', 'When I fill in "Password" with "{}"', 'assertEquals("{}", user.getPassword());',
    'require.Equal(t, "{}", cfg.Password)', '<wsse:Password Type="x#PasswordText">{}</wsse:Password>',
]  # fmt: skip


def drawn(length: int, alphabet: str = string.ascii_letters + string.digits, seed: int = 3) -> str:
    return "".join(random.Random(seed).choices(alphabet, k=length))


@pytest.mark.parametrize("form", HANDED)
def test_what_a_call_or_a_tuple_hands_on_was_not_seen(form: str) -> None:
    value = drawn(14)
    assert shown(form.format(value)) == [value.encode()]


@pytest.mark.parametrize("form", HANDED)
@pytest.mark.parametrize("value", ["password", "secret", "user_password", "changeme", "app.auth.password"])
def test_words_that_stand_there_for_one_are_silent(form: str, value: str) -> None:
    assert shown(form.format(value)) == []


@pytest.mark.parametrize("form", ['config.get("{}")', 'os.getenv("{}")', "request.header('{}')", "t('{}')"])
def test_what_a_call_asks_for_is_no_credential(form: str) -> None:
    assert shown(f"password = {form.format(drawn(14))}") == []


@pytest.mark.parametrize(
    "line",
    ['new User("bob", "{}", 7)', 'assertEquals("{}", privateKey.getUsername());', 'new Credentials("bob", type)',
     "FTP('{}')", '<token type="x">string</token>'],
)  # fmt: skip
def test_other_arguments_and_what_else_a_test_expects_are_no_credentials(line: str) -> None:
    assert shown(line.format(drawn(14))) == []


@pytest.mark.parametrize("kind", ["Credential", "LoginRequest"])
def test_the_second_argument_is_a_password_where_no_word_of_code_stands(kind: str) -> None:
    assert shown(f'new {kind}("bob", "{drawn(13)}7")') == [f"{drawn(13)}7".encode()]
    assert shown(f'new {kind}("bob", "otterden")') == []


def test_a_short_token_was_reported() -> None:
    assert shown(f'token => <<"{drawn(5)}">>') == []


@pytest.mark.parametrize("line", ["Module::register('i18n', '{}');", "register('i18n', '{}')"])
def test_what_registers_something_else_is_silent(line: str) -> None:
    assert shown(line.format(drawn(14))) == []
