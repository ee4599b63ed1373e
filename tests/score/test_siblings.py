"""Values among others of the same form: tables of constants hold no credentials."""

from __future__ import annotations

import pytest

from scanner.score.siblings import among_others
from tests.helpers.shown import shown

TABLE = 'DeviceCode = "{0}_dvc+typ";\nRefreshToken = "{0}_rft+typ";\nUserCode = "{0}_usr+typ";'
ACCOUNT = 'username = "{0}41{1}"\npassword = "{0}77{1}"\nhost = "{0}12{1}"'


def _asked(text: str, value: str) -> bool:
    at = text.encode().index(value.encode())
    return among_others(value.encode(), text.encode(), at, at + len(value))


@pytest.mark.parametrize("head", ["oi", "xq", "pt7"])
def test_a_constant_in_a_table_of_such_constants_was_shown_as_a_token(head: str) -> None:
    assert _asked(TABLE.format(head), f"{head}_rft+typ")
    assert shown(TABLE.format(head)) == []


def test_values_of_the_same_form_under_names_of_an_account_say_nothing() -> None:
    assert not _asked(ACCOUNT.format("ka", "zen"), "ka77zen")


def test_numbered_columns_of_a_directory_were_shown_as_passwords() -> None:
    head = "AT" + "Tk"
    lines = [f"'pekList': b'{head}590689',", f"'unicodePwd': b'{head}589914',", f"'instanceType': b'{head}131073',"]
    assert shown("\n".join(lines)) == []


def test_a_value_that_shares_too_little_with_its_neighbours_stays() -> None:
    value = "k7" + "Qw9zRt2b"
    assert shown(f'zone = "k7-north"\nclient_secret = "{value}"\nregion = "k7-south"') == [value.encode()]


def test_values_of_one_row_are_no_names_of_each_other() -> None:
    head = "ory" + "_x_5e5aad0f7a4143452df3d23733"
    row = f"VALUES ('{head}a68e3', true, '{head}b68e2', 'aal2');"
    assert shown(f"INSERT INTO sessions (token, active, logout_token, aal)\n{row}") == [f"{head}a68e3".encode()]
