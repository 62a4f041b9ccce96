/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "drover-agent-stream.h"
#include "drover-json.h"
#include "fuzz.h"

/* The first byte says in how large pieces the rest comes, and whether both sides look for a common
 * start. However it is cut, the answers are the same. */
static char *
read_all (const uint8_t *data, size_t size, size_t piece, gboolean syncing)
{
  g_autoptr (DroverAgentStream) stream = drover_agent_stream_new ();
  g_autoptr (GError) error = NULL;
  GString *result = g_string_new (NULL);

  if (syncing)
    drover_agent_stream_await_sync (stream);
  while (size > 0 && error == NULL)
    {
      size_t n = MIN (piece, size);
      JsonObject *message;

      drover_agent_stream_push (stream, data, n);
      data += n;
      size -= n;
      while ((message = drover_agent_stream_pop (stream, &error)) != NULL)
        {
          g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), message);
          g_autofree char *text = drover_json_to_text (node, FALSE);

          g_string_append_printf (result, "%s\n", text);
          json_object_unref (message);
        }
    }

  if (error != NULL)
    {
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      g_string_append (result, error->message);
    }
  return g_string_free_and_steal (result);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *whole = NULL;
  g_autofree char *pieces = NULL;

  if (size == 0)
    return 0;

  whole = read_all (data + 1, size - 1, size, data[0] & 1);
  pieces = read_all (data + 1, size - 1, data[0] / 2 % 16 + 1, data[0] & 1);
  g_assert_cmpstr (whole, ==, pieces);
  return 0;
}
