"""Rules that the OpenAPI document cannot express, so that their violation is not a failure of the server."""

import json

import schemathesis
from hypothesis import strategies

# Codes of validation errors, and why no schema can express their rules.
UNTELLABLE_FAULTS = {
    "invalid_cursor": "a cursor is signed by the server",
    "foreign_cursor": "a cursor is only valid for its own query",
    "stands_twice": "a text that lists names may contain each once",
    "unknown_reference": "only the database knows whether a resource exists",
    "duplicate_items": "two names can mean the same resource",
    "too_common": "common passwords are a list of thousands",
    "in_the_past": "the rule depends on the current time",
    "invalid_token": "only the database knows which tokens were sent",
    "reserved": "reserved words are a list",
    "own_profile_missing": "only the database knows the caller's profile",
    "not_in_a_batch": "the paths allowed in a batch are no readable pattern",
    "inexact_number": "no schema limits the digits of a number",
    "too_complex": "only rendering a text shows its result",
    "invalid_schema": "only a compiler can check a schema within a body",
    "remote_reference": "a schema within a body may only refer to its own parts",
    "same": "only the database knows whether two names mean the same resource",
    "own_password": "only the database knows the account's name",
    "wrong_password": "only its owner knows the password",
    "loop": "only the database knows whether redirects form a loop",
    "strange_host": "the hosts of each kind are a list",
    "not_possible": "only the database knows whether a comment is a reply",
    "not_with_410": "whether a redirect has a target depends on its status",
    "not_of_this_kind": "the members of a creative depend on its kind",
    "required_by_kind": "the members of a creative depend on its kind",
    "unknown_attribute": "the allowed attributes of a script are a list",
    "before_start": "two times are compared",
    "out_of_order": "two days are compared",
    "circle": "only the database knows whether sections contain each other",
    "ambiguous": "only rendering shows whether two forms of a text are equal",
}
# Codes of problems, and why no schema can express their rules.
UNTELLABLE_PROBLEMS = {
    "uri_too_long": "each parameter is short enough, but not all of them together",
    "gone": "only the database knows which content was withdrawn",
    "stale_version": "only the database knows the current version",
    "range_not_satisfiable": "the document does not know the length of a file",
    "batch_failed": "the operations of a batch are checked individually",
    "idempotency_mismatch": "only the database knows earlier requests with a key",
}
# Parameters that exist only with `view=editor`, only without it, or not together with a preview token.
BY_VIEW = {"status", "in_review", "scheduled_at", "trashed", "created_by", "created_at", "fields", "include", "view", "window"}
# The least number of characters of a guest's `Idempotency-Key`.
MIN_GUEST_KEY = 22
# For URLs with more bytes than this, the HTTP parser responds itself, without a body.
PARSER_LIMIT = 60_000

# No pattern can express the list of time zones.
schemathesis.openapi.format("time-zone", strategies.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"]))


@schemathesis.serializer("application/offset+octet-stream")
def piece(context, value):
    """Sends a piece of an upload unchanged."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Decides whether a failure counts as one of the server."""
    kind = type(failure).__name__
    if len(response.request.url) > PARSER_LIMIT:
        return False
    if kind == "AcceptedNegativeData":
        # Deleting a resource that does not or cannot exist succeeds.
        deleted = case.method == "DELETE" and response.status_code == 204
        # The key of an authenticated caller may be shorter than a guest's.
        key = dict(response.request.headers).get("Idempotency-Key", "")
        shorter = "`Idempotency-Key`" in failure.message and 0 < len(key) < MIN_GUEST_KEY
        return not deleted and not shorter
    try:
        problem = json.loads(response.content)
    except ValueError:
        return True
    # A guest's key must be longer than a caller's, and headers are validated before authentication.
    if kind in {"RejectedPositiveData", "MissingHeaderNotRejected"} and problem.get("code") == "malformed_header" and problem.get("min"):
        return False
    if kind != "RejectedPositiveData":
        return True
    # No schema can describe the content of a CSV file.
    if problem["code"] == "validation_failed" and case.path == "/api/v1/redirects/import":
        return False
    # The type of a file is determined by its bytes.
    if problem["code"] in UNTELLABLE_PROBLEMS or (problem["code"], case.path) == ("unsupported_media_type", "/api/v1/images"):
        return False
    # The next piece, and the combination of headers, depend on the upload.
    if case.path.startswith("/api/v1/uploads"):
        return False
    # The token is in the query only with a form.
    if case.path in {"/api/v1/newsletter/unsubscriptions", "/api/v1/comments/unsubscriptions"} and problem["code"] == "malformed_query":
        return False
    # The format of a ban's value depends on its kind.
    if case.path == "/api/v1/comments/bans" and {fault["code"] for fault in problem.get("errors", [])} == {"invalid_format"}:
        return False
    # No schema can describe the content of a CSV file.
    if case.path == "/api/v1/newsletter/imports":
        return False
    faults = problem.get("errors", [])
    return not faults or not all(untellable(fault) for fault in faults)


def untellable(fault):
    """Decides whether the document cannot express the rule of a validation error."""
    by_view = fault["code"] == "unknown_parameter" and fault["parameter"].split("[")[0] in BY_VIEW
    # The members in `fields` and `sort` also depend on the view.
    by_view = by_view or (fault["code"] == "unknown_name" and fault.get("parameter") in {"fields", "sort"})
    # A redirect needs a target, except with the status 410.
    no_target = (fault["code"], fault.get("pointer")) == ("required", "/to")
    # Guests must send their name; authenticated callers must not.
    signature = fault["code"] in {"required", "read_only"} and fault.get("pointer") in {"/author_name", "/author_email", "/author_url"}
    # The rule depends on the current time.
    past = fault["code"] == "out_of_range" and fault.get("pointer") in {"/at", "/until", "/expires_at"}
    # The site's settings can allow shorter comments than the schema.
    shorter_comment = (fault["code"], fault.get("pointer")) == ("too_long", "/body")
    no_zone = (fault["code"], fault.get("pointer")) == ("invalid_format", "/timezone")
    return fault["code"] in UNTELLABLE_FAULTS or by_view or no_target or no_zone or signature or past or shorter_comment
