"""What the OpenAPI document cannot say, so that it is no failure of the server."""

import json

import schemathesis
from hypothesis import strategies

# Codes of faults, and why no schema could have told.
UNTELLABLE_FAULTS = {
    "invalid_cursor": "a cursor is signed by the server",
    "foreign_cursor": "a cursor belongs to the query that it came from",
    "stands_twice": "a list of names in one text names each once",
    "unknown_reference": "whether a thing is there is known to the database alone",
    "duplicate_items": "two names can stand for one thing",
    "too_common": "the commonest passwords are a list of thousands",
    "in_the_past": "what time it is, the clock alone knows",
    "invalid_token": "which tokens were mailed is known to the database alone",
    "reserved": "which words a site needs for its own paths is a list",
    "own_profile_missing": "whose profile the caller's is, is known to the database alone",
    "not_in_a_batch": "which paths a batch takes, no pattern tells readably",
    "inexact_number": "how many digits a number keeps, no schema tells",
    "too_complex": "what a text becomes, its rendering tells",
    "invalid_schema": "what a schema within a body means, its own compiler tells",
    "remote_reference": "a schema within a body may refer to its own parts alone",
    "same": "whether two names stand for one thing is known to the database alone",
    "own_password": "what an account is called is known to the database alone",
    "wrong_password": "the password is known to its owner alone",
    "loop": "whether a way leads back to where it begins is known to the database alone",
    "strange_host": "whose a host is, a list tells",
    "not_possible": "whether a comment answers another is known to the database alone",
    "not_with_410": "whether a redirect leads anywhere depends on its status",
    "not_of_this_kind": "which members a creative has, its kind says",
    "required_by_kind": "which members a creative has, its kind says",
    "unknown_attribute": "which attributes a script may be given is a list",
    "before_start": "one time is compared with another",
    "out_of_order": "one day is compared with another",
    "circle": "whether things lie within each other is known to the database alone",
    "ambiguous": "whether two forms of a text say the same, its rendering tells",
}
# Codes of problems, and why no schema could have told.
UNTELLABLE_PROBLEMS = {
    "uri_too_long": "each parameter is short enough, all of them together are not",
    "gone": "what was public and is no longer is known to the database alone",
    "stale_version": "which version is the current one is known to the database alone",
    "range_not_satisfiable": "how long a file is, the file alone knows",
    "batch_failed": "what is within a batch is judged one by one",
    "idempotency_mismatch": "what was sent before with a key is known to the database alone",
}
# Parameters that are known only beside `view=editor`, or only without it, or not beside a preview's token.
BY_VIEW = {"status", "in_review", "scheduled_at", "trashed", "created_by", "created_at", "include", "view", "window"}
# How many characters the `Idempotency-Key` of a guest has at least.
MIN_GUEST_KEY = 22
# Beyond so many bytes of address the HTTP parser answers by itself, without a body.
PARSER_LIMIT = 60_000

# What no pattern can tell: which time zones there are.
schemathesis.openapi.format("time-zone", strategies.sampled_from(["UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Etc/GMT+1"]))


@schemathesis.serializer("application/offset+octet-stream")
def piece(context, value):
    """A piece of an upload is sent as it is."""
    return value if isinstance(value, bytes) else str(value).encode()


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Whether a failure is held against the server."""
    kind = type(failure).__name__
    if len(response.request.url) > PARSER_LIMIT:
        return False
    if kind == "AcceptedNegativeData":
        # Deleting what is not there, and cannot be there, is done already.
        deleted = case.method == "DELETE" and response.status_code == 204
        # The key of whoever is signed in may be shorter than a guest's.
        key = dict(response.request.headers).get("Idempotency-Key", "")
        shorter = "`Idempotency-Key`" in failure.message and 0 < len(key) < MIN_GUEST_KEY
        return not deleted and not shorter
    try:
        problem = json.loads(response.content)
    except ValueError:
        return True
    # A guest's key is longer than a caller's, and a wrong header is told before it is asked who sends it.
    if kind in {"RejectedPositiveData", "MissingHeaderNotRejected"} and problem.get("code") == "malformed_header" and problem.get("min"):
        return False
    if kind != "RejectedPositiveData":
        return True
    # What a file holds, no schema tells.
    if problem["code"] == "validation_failed" and case.path == "/api/v1/redirects/import":
        return False
    # What a file is, its bytes say.
    if problem["code"] in UNTELLABLE_PROBLEMS or (problem["code"], case.path) == ("unsupported_media_type", "/api/v1/images"):
        return False
    # Which piece comes next, and what headers say together, only the upload tells.
    if case.path.startswith("/api/v1/uploads"):
        return False
    # The token stands in the query beside a form alone.
    if case.path in {"/api/v1/newsletter/unsubscriptions", "/api/v1/comments/unsubscriptions"} and problem["code"] == "malformed_query":
        return False
    # What is banned has the form that its kind says.
    if case.path == "/api/v1/comments/bans" and {fault["code"] for fault in problem.get("errors", [])} == {"invalid_format"}:
        return False
    # What a table says, no schema of a text tells.
    if case.path == "/api/v1/newsletter/imports":
        return False
    faults = problem.get("errors", [])
    return not faults or not all(untellable(fault) for fault in faults)


def untellable(fault):
    """Whether a fault is one that the document could not have ruled out."""
    by_view = fault["code"] == "unknown_parameter" and fault["parameter"].split("[")[0] in BY_VIEW
    # Which members a list can be asked for depends on the view, too.
    by_view = by_view or (fault["code"] == "unknown_name" and fault.get("parameter") in {"fields", "sort"})
    # A redirect leads somewhere, but with the status 410.
    no_target = (fault["code"], fault.get("pointer")) == ("required", "/to")
    # A guest says who they are, whoever is signed in may not.
    signature = fault["code"] in {"required", "read_only"} and fault.get("pointer") in {"/author_name", "/author_email", "/author_url"}
    # What time it is, the clock alone knows.
    past = fault["code"] == "out_of_range" and fault.get("pointer") in {"/at", "/until", "/expires_at"}
    no_zone = (fault["code"], fault.get("pointer")) == ("invalid_format", "/timezone")
    return fault["code"] in UNTELLABLE_FAULTS or by_view or no_target or no_zone or signature or past
