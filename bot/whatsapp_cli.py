"""`whatsapp templates` and `whatsapp check`: from a number of Meta's to one that the town talks through."""

import json
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich import box
from rich.table import Table

from bot.commanding import complete_or_exit, settings_or_exit, show_findings
from bot.console import err, give_up, harmless, out

if TYPE_CHECKING:
    from bot.delivery.whatsapp_account import WhatsAppAccount
    from bot.settings import Settings
    from bot.whatsapp_templates import Standing

T = TypeVar("T")

whatsapp = typer.Typer(help="Set up the town's WhatsApp number.", no_args_is_help=True)

NEEDS_NUMBER = (
    "No WhatsApp number is set up: TOWNBELL_WHATSAPP_TOKEN, TOWNBELL_WHATSAPP_PHONE_ID and "
    "TOWNBELL_WHATSAPP_APP_SECRET are needed. docs/running.md tells where Meta shows them."
)
NEEDS_ACCOUNT = "TOWNBELL_WHATSAPP_BUSINESS_ID is needed too: the account's id, as WhatsApp Manager shows it."
MARKS = {
    "approved": "[green]✓ approved",
    "pending": "[yellow]… pending",
    "rejected": "[red]✗ rejected",
    "paused": "[yellow]✗ paused",
    "stopped": "[red]✗ stopped",
    "different": "[red]✗ different",
    "missing": "[dim]· missing",
}
WEBHOOK_FIELDS = "messages and user_preferences"


@whatsapp.command("templates")
def templates(
    as_text: Annotated[bool, typer.Option("--print", metavar="", help="Print what to hand in, to be pasted.")] = False,
    as_json: Annotated[bool, typer.Option("--json", metavar="", help="The same as JSON, as the API takes it.")] = False,
    submit: Annotated[bool, typer.Option("--submit", metavar="", help="Hand in what the account lacks.")] = False,
) -> None:
    """Show where the message templates stand with Meta, and what to do next. Nothing is ever deleted."""
    from bot.whatsapp_templates import to_paste, to_submit

    settings = settings_or_exit()
    if as_json:
        out.file.write(json.dumps(to_submit(settings.town_name), ensure_ascii=False, indent=2) + "\n")
    elif as_text:
        out.file.write("\n".join(to_paste(settings.town_name)))
    else:
        _needs(settings, account=True)
        found = complete_or_exit(_with_account(settings, _look), settings)
        if submit:
            found = _hand_in(settings, found)
        _show(found)


@whatsapp.command("register")
def register() -> None:
    """Put the number into service: Meta does so for nobody who has not asked. Asks for the number's PIN."""
    settings = settings_or_exit()
    _needs(settings, account=False)
    out.print("Six digits that protect the number. If it has a PIN already, that; else choose one and write it down.")
    pin = typer.prompt("PIN", hide_input=True).strip()
    if not (pin.isascii() and pin.isdecimal() and len(pin) == 6):
        give_up("A PIN has six digits.")
    complete_or_exit(_with_account(settings, lambda client: client.register(pin)), settings)
    out.print("The number is in service. Keep the PIN: Meta asks for it when the number moves.", style="green")


@whatsapp.command("check")
def check(
    subscribe: Annotated[
        bool, typer.Option("--subscribe", metavar="", help="Have Meta send the account's messages to the app first.")
    ] = False,
) -> None:
    """Look at the token, the number, the account and the webhook; tell what to paste into Meta's page."""
    from bot.whatsapp_check import callback, examine, verify_token

    settings = settings_or_exit()
    _needs(settings, account=subscribe)
    findings = complete_or_exit(examine(settings, subscribe=subscribe), settings)
    show_findings(findings, out)
    out.print("To be pasted into Meta's page, under WhatsApp, Configuration, Webhook:")
    out.print(f"  Callback URL  {callback(settings)}", soft_wrap=True, markup=False)
    out.print(f"  Verify token  {verify_token(settings)}", soft_wrap=True, markup=False)
    out.print(f"Then subscribe there to the fields {WEBHOOK_FIELDS}. Keep the token to yourself.")
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


def _needs(settings: "Settings", *, account: bool) -> None:
    if settings.whatsapp_token is None:
        give_up(NEEDS_NUMBER)
    if account and settings.whatsapp_business_id is None:
        give_up(NEEDS_ACCOUNT)


async def _with_account(settings: "Settings", work: "Callable[[WhatsAppAccount], Coroutine[Any, Any, T]]") -> T:
    """What the account gives. Raises StartupProblem for what WhatsApp refuses."""
    from bot.delivery.whatsapp import WhatsAppRefused
    from bot.delivery.whatsapp_account import WhatsAppAccount
    from bot.problems import StartupProblem
    from bot.whatsapp_check import trouble

    client = WhatsAppAccount(settings)
    try:
        return await work(client)
    except WhatsAppRefused as refused:
        raise StartupProblem(" ".join(trouble(refused))) from refused
    finally:
        await client.close()


async def _look(client: "WhatsAppAccount") -> "list[Standing]":
    from bot.whatsapp_templates import standings

    return standings(await client.templates())


def _hand_in(settings: "Settings", found: "list[Standing]") -> "list[Standing]":
    """Create what is missing, one by one: what Meta does not take does not keep the others back."""
    from bot.delivery.whatsapp import WhatsAppRefused
    from bot.whatsapp_templates import State, to_submit

    missing = [one for one in found if one.state is State.MISSING]

    async def create(client: "WhatsAppAccount") -> "tuple[list[str], list[Standing]]":
        refused = []
        for one, submission in zip(missing, to_submit(settings.town_name, missing), strict=True):
            try:
                await client.create_template(submission)
            except WhatsAppRefused as refusal:
                refused.append(f"{one.called} was not taken: {refusal}")
        return refused, await _look(client)

    refused, after = complete_or_exit(_with_account(settings, create), settings)
    taken = len(missing) - len(refused)
    out.print("1 template was handed in." if taken == 1 else f"{taken} templates were handed in.")
    for line in refused:
        err.print(f"✗ {harmless(line)}", style="red", soft_wrap=True, markup=False)
    if refused:
        _show(after)
        raise typer.Exit(1)
    return after


def _show(found: "list[Standing]") -> None:
    from bot.whatsapp_templates import State, advice
    from locales import LANGUAGES

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("Template", min_width=max(len(one.template.name) for one in found))
    for heading in ("Category", *LANGUAGES.values()):
        table.add_column(heading)
    for at in range(0, len(found), len(LANGUAGES)):
        row = found[at : at + len(LANGUAGES)]
        template = row[0].template
        table.add_row(template.name, template.category.lower(), *(MARKS[one.state] for one in row))
    out.print(table)
    good = sum(one.state is State.APPROVED for one in found)
    if good == len(found):
        out.print(f"All {good} are approved: a notice reaches people who have not written for a day.", style="green")
    else:
        out.print(f"{good} of {len(found)} can be used. Without one, a notice waits until its resident writes.")
    for line in advice(found):
        out.print(f"→ {harmless(line)}", style="yellow", soft_wrap=True, markup=False)
