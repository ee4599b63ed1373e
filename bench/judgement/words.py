"""The words that values, names and prose are made of. Every other one is held out, so that none is learned by heart."""

from __future__ import annotations

NOUNS: list[str] = """
winter summer spring autumn dragon monkey shadow master sunshine princess football baseball tiger eagle falcon
purple orange silver golden diamond crystal thunder lightning phoenix wizard pirate rocket galaxy planet ocean river
mountain forest garden flower butterfly chicken turtle rabbit hunter soccer hockey guitar piano coffee pepper cookie
banana apple cherry ginger pumpkin candle window kitchen castle bridge station welcome letmein whatever nothing
freedom liberty victory hammer marble copper magnet horse battery staple anchor harbor lobster charlie jordan
michael jessica daniel thomas andrew robert ashley nicole matthew buster maggie sophie oliver london berlin paris
madrid boston dallas denver oakland chelsea arsenal liverpool lakers yankees cowboys
""".split()  # noqa: SIM905
PARTS: list[str] = """
user account client service manager handler request response session config database connection provider factory
builder context buffer stream index parser reader writer cache queue worker server message event listener option
field column table schema record element node child parent token secret password key auth login default current
previous remote local public private internal base encode decode validate update create delete find get set is has
""".split()  # noqa: SIM905
SENTENCES = (
    "Enter your password to continue",
    "The password must be at least eight characters long",
    "Passwords do not match",
    "Forgot your password?",
    "Invalid token, please sign in again",
    "Your session has expired",
    "Mot de passe oublié ?",
    "Bitte geben Sie Ihr Passwort ein",
    "Contraseña incorrecta",
    "Show or hide the secret",
    "API key for the weather service",
    "Password is required",
    "Введите пароль",
    "パスワードを入力してください",
    "Confirm new password",
    "No token was provided",
)


def half(words: list[str], held_out: bool) -> list[str]:
    """Every other word: those at odd places are held out."""
    return words[1 if held_out else 0 :: 2]
