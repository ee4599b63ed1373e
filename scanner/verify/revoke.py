"""Ending a credential's life by the request that its provider documents: the one thing here that changes anything."""

from __future__ import annotations

from scanner.errors import UsageError
from scanner.records import Credential, Finding, Verdict
from scanner.settings import VerifySettings
from scanner.verify import request
from scanner.verify.answer import judge
from scanner.verify.hosts import Failed
from scanner.verify.http import Client
from scanner.verify.request import Request
from scanner.verify.section import Section, revocation
from scanner.verify.template import Unfit
from scanner.verify.verdicts import Verdicts


class Revocation:
    """One credential's revocation: told first, carried out when it is wanted."""

    def __init__(self, kind: Credential, finding: Finding, settings: VerifySettings) -> None:
        """Raises UsageError where the provider documents none, or a part that it needs is missing."""
        section = revocation(kind)
        if section is None:
            advice = kind.respond.get("revoke", "")
            raise UsageError(
                f"{kind.id}: its provider documents no request that revokes it" + (f"; {advice}" if advice else "")
            )
        self._settings = settings
        self._section: Section = section
        self.source = str(kind.revoke["source"])
        self.effect = str(kind.revoke.get("effect", ""))
        try:
            own = request.endpoint(kind, settings.endpoints)
            self._request: Request = request.build(section, request.values(finding), own)
        except Unfit as error:
            raise UsageError(f"{kind.id}: it cannot be revoked from here: {error}") from None

    @property
    def told(self) -> str:
        """What would be sent where, without anything of the credential."""
        return f"{self._request.method} {self._request.host}"

    def run(self) -> Verdict:
        """Revoke it: `revoked`, `inactive` where it was dead already, or `unknown` with the reason."""
        client = Client(self._settings)
        try:
            verdict = judge(self._section, client.send(self._request))
        except Failed as error:
            return Verdict("unknown", str(error))
        finally:
            client.close()
        if verdict.state != "unknown":
            Verdicts(self._settings).forget()
        return verdict
