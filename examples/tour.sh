#!/bin/sh
# A tour of the API: from the login to a published article with an image and a comment.
# Needs curl 7.82 or later and jq, a running masthead, and an administrator's account:
#   API=http://127.0.0.1:8080 EMAIL=… PASSWORD=… examples/tour.sh
set -eu
cd "$(dirname "$0")"
API="${API:-http://127.0.0.1:8080}"

# Log in. The access token expires after fifteen minutes.
TOKEN=$(curl -fsS "$API/api/v1/auth/login" --json "$(jq -n --arg email "$EMAIL" --arg password "$PASSWORD" '{$email, $password}')" |
  jq -r .access_token)

# Create a section and upload an image.
curl -fsS "$API/api/v1/sections" -H "Authorization: Bearer $TOKEN" --json '{"name": "Waterfront"}' | jq '{id, slug, name}'
IMAGE=$(curl -fsS "$API/api/v1/images" -H "Authorization: Bearer $TOKEN" \
  -F file=@harbour.jpg -F 'alt=A ferry leaves the harbour at sunrise' -F 'credit=Masthead' | jq -r .id)

# Create an article with that image, as a draft. Readers do not see it yet.
ARTICLE=$(curl -fsS "$API/api/v1/articles" -H "Authorization: Bearer $TOKEN" --json @- <<JSON | jq -r .slug
{
  "title": "The first ferry leaves at six",
  "dek": "From Monday on, the early boat is an hour earlier.",
  "section": "waterfront",
  "tags": ["Ferries"],
  "hero_image": "$IMAGE",
  "body": {"markdown": "It is **still dark** on the quay.\n\n![The harbour](image:$IMAGE)\n\n## Who sails\n\n- nurses\n- bakers"}
}
JSON
)
echo "Before it is published: $(curl -sS -o /dev/null -w '%{http_code}' "$API/api/v1/articles/$ARTICLE")"

# Publish the article, and read it as readers do.
curl -fsS -X PUT "$API/api/v1/articles/$ARTICLE/publication" -H "Authorization: Bearer $TOKEN" --json '{}' | jq '{status, published_at}'
curl -fsS "$API/api/v1/articles/$ARTICLE" | jq '{title, url, html: .body.html}'
curl -fsS "$API/api/v1/articles?section=waterfront&limit=5" | jq '.data[].title'

# A reader comments without an account; then a moderator approves the comment.
COMMENT=$(curl -fsS "$API/api/v1/articles/$ARTICLE/comments" \
  --json '{"author_name": "Amira", "author_email": "amira@example.org", "body": "At last!"}' | jq -r .id)
curl -fsS -X PATCH "$API/api/v1/comments/$COMMENT" -H "Authorization: Bearer $TOKEN" --json '{"status": "approved"}' | jq -r .status
curl -fsS "$API/api/v1/articles/$ARTICLE/comments" | jq '.data[] | {by: .author.name, says: .body.text}'
