"""The errors Telegram answers with, as exceptions that the HTTP layer turns into bodies.

Source of the texts: `Client::fail_query_with_error` of the open Bot API server and what TDLib passes on.
"""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal: `code` is both HTTP status and `error_code`, `parameters` are ResponseParameters."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON object of a refused call."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(text: str) -> ApiError:
    """400; the first letter becomes small unless the text is a server constant (BUTTON_DATA_INVALID)."""
    constant = len(text) > 1 and (text[1] == "_" or "A" <= text[1] <= "Z")
    return ApiError(400, "Bad Request: " + (text if constant else text[:1].lower() + text[1:]))


def forbidden(text: str) -> ApiError:
    """403: the bot may not write there (any more)."""
    return ApiError(403, f"Forbidden: {text}")


def too_many_requests(retry_after: int) -> ApiError:
    """429 with `parameters.retry_after`, as `Query::set_retry_after_error` words it."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", {"retry_after": retry_after})


def conflict(text: str) -> ApiError:
    """409: another getUpdates, or a webhook while polling."""
    return ApiError(409, f"Conflict: {text}")


def migrated(new_chat_id: int) -> ApiError:
    """400 with `parameters.migrate_to_chat_id`: the group became a supergroup."""
    text = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(400, text, {"migrate_to_chat_id": new_chat_id})


NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"
TERMINATED_BY_POLLER = "terminated by other getUpdates request; make sure that only one bot instance is running"
TERMINATED_BY_WEBHOOK = "terminated by setWebhook request"
WEBHOOK_ACTIVE = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
